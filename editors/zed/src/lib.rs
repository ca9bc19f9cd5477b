use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Flor;

impl zed::Extension for Flor {
    fn new() -> Self {
        Flor
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let command = worktree
            .which("florc")
            .ok_or("florc is not on the PATH: https://github.com/florc-lang/florc says how to build it")?;
        Ok(Command { command, args: vec!["lsp".into()], env: worktree.shell_env() })
    }
}

zed::register_extension!(Flor);
