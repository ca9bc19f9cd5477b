// The entry in the browser, where no process can be started: the language
// server listens on a WebSocket.
import * as vscode from "vscode";
import { LanguageClientOptions } from "vscode-languageclient";
import { LanguageClient } from "vscode-languageclient/browser";
import { activateServer, Server } from "./server";
import { connectWebSocket } from "./websocket";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  server = await activateServer(context, async (options) => {
    const settings = vscode.workspace.getConfiguration("flor");
    const url = settings.get<string>("server.url", "").trim();
    if (url === "") {
      void askForAddress();
      return undefined;
    }
    const folder = settings.get<string>("server.folder", "").trim();
    return new LanguageClient("flor", "Flor", () => connectWebSocket(url), { ...options, ...converters(folder) });
  });
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

async function askForAddress(): Promise<void> {
  const enter = "Enter the Address";
  const answer = await vscode.window.showInformationMessage(
    'In the browser, Flor needs a language server to talk to. Run "florc lsp --listen 127.0.0.1:0" on this machine, and give the address that it prints (the setting flor.server.url).',
    enter,
  );
  if (answer !== enter) {
    return;
  }
  const url = await vscode.window.showInputBox({ prompt: "The address that florc printed", placeHolder: "ws://127.0.0.1:40001/?token=…", ignoreFocusOut: true });
  if (url) {
    // The server starts because the setting changes.
    await vscode.workspace.getConfiguration("flor").update("server.url", url.trim(), vscode.ConfigurationTarget.Global);
  }
}

/** Names the files of the first folder as the server finds them. */
function converters(folder: string): Pick<LanguageClientOptions, "uriConverters"> {
  const here = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (folder === "" || here === undefined) {
    return {};
  }
  const there = vscode.Uri.file(folder);
  return {
    uriConverters: {
      code2Protocol: (uri) => moved(uri, here, there).toString(),
      protocol2Code: (value) => moved(vscode.Uri.parse(value), there, here),
    },
  };
}

/** The same file in another folder; what is not in the one folder stays where it is. */
function moved(uri: vscode.Uri, from: vscode.Uri, to: vscode.Uri): vscode.Uri {
  const root = from.path.replace(/\/$/, "");
  if (uri.scheme !== from.scheme || uri.authority !== from.authority || (uri.path !== root && !uri.path.startsWith(`${root}/`))) {
    return uri;
  }
  return to.with({ path: to.path.replace(/\/$/, "") + uri.path.slice(root.length) });
}
