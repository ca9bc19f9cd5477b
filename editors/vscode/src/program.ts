// Finding florc.
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

/** The path of the florc that the settings name, or undefined where there is none. */
export async function findFlorc(): Promise<string | undefined> {
  return findProgram(setting(), vscode.workspace.workspaceFolders?.[0]?.uri.fsPath, process.env);
}

/** The same; where there is none, the user is told what to do about it. */
export async function florcOrComplaint(): Promise<string | undefined> {
  const program = await findFlorc();
  if (program === undefined) {
    void complain();
  }
  return program;
}

function setting(): string {
  return vscode.workspace.getConfiguration("flor").get<string>("server.path", "").trim() || "florc";
}

async function complain(): Promise<void> {
  const open = "Open the Setting";
  const retry = "Try Again";
  const install = "Copy the Install Command";
  const answer = await vscode.window.showErrorMessage(
    `"${setting()}" was not found. Install florc (with Go: go install github.com/florc-lang/florc/cmd/florc@latest), or say where it is in the setting flor.server.path.`,
    open,
    install,
    retry,
  );
  if (answer === open) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "flor.server.path");
  } else if (answer === install) {
    await vscode.env.clipboard.writeText("go install github.com/florc-lang/florc/cmd/florc@latest");
  } else if (answer === retry) {
    await vscode.commands.executeCommand("flor.restartServer");
  }
}

/** Finds a program by its path, or by its name in the PATH. */
export async function findProgram(name: string, folder: string | undefined, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (name === "~" || /^~[/\\]/.test(name)) {
    name = path.join(homedir(), name.slice(1));
  }
  let places: string[];
  if (path.isAbsolute(name)) {
    places = [name];
  } else if (/[/\\]/.test(name)) {
    places = folder === undefined ? [] : [path.resolve(folder, name)];
  } else {
    places = (env.PATH ?? env.Path ?? "").split(path.delimiter).filter((dir) => dir !== "").map((dir) => path.join(dir, name));
  }
  const endings = process.platform === "win32" ? ["", ".exe"] : [""];
  for (const candidate of places.flatMap((place) => endings.map((ending) => place + ending))) {
    try {
      await access(candidate, constants.X_OK);
      if ((await stat(candidate)).isFile()) {
        return candidate;
      }
    } catch {
      // not here
    }
  }
  return undefined;
}
