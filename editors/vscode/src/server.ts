// What both entries share: one language client, started, restarted, stopped.
import * as vscode from "vscode";
import { BaseLanguageClient, LanguageClientOptions, Location, Position } from "vscode-languageclient";

/** Makes a client, or returns undefined where the user has been told what is missing. */
export type Connect = (options: LanguageClientOptions) => Promise<BaseLanguageClient | undefined>;

export class Server implements vscode.Disposable {
  readonly output = vscode.window.createOutputChannel("Flor", { log: true });
  private readonly files = vscode.workspace.createFileSystemWatcher("**/*.flo");
  private client: BaseLanguageClient | undefined;
  // Starts and stops run one after the other, however fast they are asked for.
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly connect: Connect,
    private readonly commands: string[],
  ) {}

  restart(): Promise<void> {
    this.last = this.last.then(async () => {
      await this.stopClient();
      try {
        this.client = await this.connect({
          documentSelector: [{ language: "flor" }],
          outputChannel: this.output,
          // What is here beyond the protocol: the commands that lenses may
          // have, and the types of tokens that package.json declares.
          initializationOptions: {
            commands: ["flor.showReferences", ...this.commands],
            tokenTypes: ["procedure", "tasker", "field", "tag", "signal", "attribute"],
          },
          synchronize: { fileEvents: this.files },
        });
        await this.client?.start();
      } catch (error) {
        this.client = undefined;
        void this.complain(`The language server of Flor did not start: ${text(error)}`);
      }
    });
    return this.last;
  }

  stop(): Promise<void> {
    this.last = this.last.then(() => this.stopClient());
    return this.last;
  }

  /** Shows references that a lens has counted. */
  async showReferences(uri: string, position: Position, locations: Location[]): Promise<void> {
    const convert = this.client?.protocol2CodeConverter;
    if (convert) {
      await vscode.commands.executeCommand("editor.action.showReferences", convert.asUri(uri), convert.asPosition(position), locations.map((location) => convert.asLocation(location)));
    }
  }

  dispose(): void {
    this.files.dispose();
    this.output.dispose();
  }

  private async stopClient(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      this.output.warn(`The language server did not stop in good order: ${text(error)}`);
    }
  }

  private async complain(message: string): Promise<void> {
    if ((await vscode.window.showErrorMessage(message, "Show Output")) !== undefined) {
      this.output.show();
    }
  }
}

/**
 * Starts a server, gives it its commands, and starts it anew when its settings
 * change. Lenses may have the given commands too.
 */
export async function activateServer(context: vscode.ExtensionContext, connect: Connect, commands: string[] = []): Promise<Server> {
  const server = new Server(connect, commands);
  context.subscriptions.push(
    server,
    vscode.commands.registerCommand("flor.restartServer", () => server.restart()),
    vscode.commands.registerCommand("flor.showReferences", (uri, position, locations) => server.showReferences(uri, position, locations)),
    vscode.commands.registerCommand("flor.showOutput", () => server.output.show()),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("flor.server")) {
        await server.restart();
      }
    }),
  );
  await server.restart();
  return server;
}

export function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
