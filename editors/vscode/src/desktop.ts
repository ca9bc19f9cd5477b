// The entry on the desktop, and on remote machines: the language server is a
// child process, and florc does the rest too.
import * as vscode from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { showGraph } from "./graph";
import { findFlorc, florcOrComplaint } from "./program";
import { activateServer, Server } from "./server";
import { runFile, TaskProvider } from "./tasks";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("flor.showGraph", showGraph),
    vscode.commands.registerCommand("flor.runFile", runFile),
    vscode.tasks.registerTaskProvider("flor", new TaskProvider()),
  );
  server = await activateServer(context, async (options) => {
    const program = await findFlorc();
    if (program === undefined) {
      void florcOrComplaint(); // the message stays until it is answered
      return undefined;
    }
    const args = vscode.workspace.getConfiguration("flor").get<string[]>("server.arguments", []);
    const run = { command: program, args: ["lsp", ...args], transport: TransportKind.stdio };
    return new LanguageClient("flor", "Flor", { run, debug: run }, options);
  }, ["flor.runFile", "flor.showGraph"]);
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
