// The picture of a flow, drawn by florc, in a panel beside its text.
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { florcOrComplaint } from "./program";
import { text } from "./server";
import { savedFlow } from "./tasks";

const panels = new Map<string, vscode.WebviewPanel>();

/** Shows a flow, that in the editor where none is given, as a graph, and draws it anew at each save. */
export async function showGraph(flow?: vscode.Uri | string): Promise<void> {
  const file = await savedFlow(flow);
  const program = file && (await florcOrComplaint());
  if (!file || !program) {
    return;
  }
  const shown = panels.get(file);
  if (shown) {
    shown.reveal(undefined, true);
    shown.webview.html = await page(program, file);
    return;
  }
  const panel = vscode.window.createWebviewPanel("flor.graph", `Graph of ${path.basename(file)}`, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  panels.set(file, panel);
  const saves = vscode.workspace.onDidSaveTextDocument(async (document) => {
    if (document.uri.fsPath === file) {
      panel.webview.html = await page(program, file);
    }
  });
  panel.onDidDispose(() => {
    saves.dispose();
    panels.delete(file);
  });
  panel.webview.html = await page(program, file);
}

const run = promisify(execFile);

/** A page with the picture, or with what florc says against it. Nothing on it may run. */
async function page(program: string, file: string): Promise<string> {
  let body: string;
  try {
    const drawn = await run(program, ["graph", file, "--format", "svg"], { cwd: path.dirname(file), maxBuffer: 64 << 20 });
    body = `<div class="paper">${drawn.stdout.replace(/^<\?xml[^>]*\?>/, "")}</div>`;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr || text(error);
    body = `<pre>${said.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)}</pre>`;
  }
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:">
<style>
  .paper { background: #fff; padding: 1em; border-radius: 4px; display: inline-block; }
</style>
</head>
<body>${body}</body>
</html>`;
}
