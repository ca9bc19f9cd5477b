// A language client of a few lines: it starts florc lsp on a folder, and
// answers what the server asks.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as lsp from "vscode-languageserver-protocol/node";

export class Session {
  registrations = [];
  applied = [];
  progress = [];
  refreshes = [];
  #published = new Map();
  #waiting = [];
  #documents = new Map();

  static async start(folder, capabilities) {
    const session = new Session();
    await session.#start(folder, capabilities);
    return session;
  }

  async #start(folder, capabilities) {
    this.folder = folder;
    this.server = spawn(process.env.FLORC ?? "florc", ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
    this.exited = once(this.server, "exit");
    const c = lsp.createProtocolConnection(new lsp.StreamMessageReader(this.server.stdout), new lsp.StreamMessageWriter(this.server.stdin));
    this.connection = c;
    c.onRequest("client/registerCapability", ({ registrations }) => void this.registrations.push(...registrations));
    c.onRequest("client/unregisterCapability", () => undefined);
    c.onRequest("workspace/configuration", ({ items }) => items.map(() => null));
    c.onRequest("workspace/workspaceFolders", () => [this.workspaceFolder]);
    c.onRequest("workspace/applyEdit", ({ edit }) => (this.applied.push(edit), { applied: true }));
    c.onRequest("window/workDoneProgress/create", () => null);
    c.onRequest("window/showMessageRequest", () => null);
    for (const what of ["semanticTokens", "inlayHint", "codeLens", "diagnostic", "foldingRange"]) {
      c.onRequest(`workspace/${what}/refresh`, () => (this.refreshes.push(what), null));
    }
    c.onNotification("textDocument/publishDiagnostics", (params) => {
      this.#published.set(params.uri, params);
      this.#wake();
    });
    c.onNotification("$/progress", (params) => {
      this.progress.push(params);
      this.#wake();
    });
    c.listen();
    this.workspaceFolder = { uri: pathToFileURL(folder).href, name: path.basename(folder) };
    this.initialized = await c.sendRequest("initialize", {
      processId: process.pid,
      clientInfo: { name: "florc client test" },
      rootUri: this.workspaceFolder.uri,
      workspaceFolders: [this.workspaceFolder],
      capabilities,
      initializationOptions: { commands: ["flor.showReferences", "flor.runFile", "flor.showGraph"] },
    });
    await c.sendNotification("initialized", {});
  }

  /** Ends the session in good order, and returns the server's exit status. */
  async stop() {
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    const [status] = await this.exited;
    this.connection.dispose();
    return status;
  }

  uri(file) {
    return pathToFileURL(path.join(this.folder, file)).href;
  }

  /** Opens a file of the folder, or one with another text; returns its id. */
  async open(file, text) {
    const uri = this.uri(file);
    if (this.#documents.has(uri)) {
      await this.close(file);
    }
    text ??= await readFile(path.join(this.folder, file), "utf8");
    this.#documents.set(uri, lsp.TextDocumentItem.create(uri, "flor", 1, text));
    await this.connection.sendNotification("textDocument/didOpen", { textDocument: this.#documents.get(uri) });
    return { uri };
  }

  async close(file) {
    const uri = this.uri(file);
    this.#documents.delete(uri);
    await this.connection.sendNotification("textDocument/didClose", { textDocument: { uri } });
  }

  text(file) {
    return this.#documents.get(this.uri(file)).text;
  }

  /** The position behind the last character of before, where the text has it first, after being what follows. */
  position(file, before, after = "") {
    const text = this.text(file);
    const at = text.indexOf(before + after);
    if (at < 0) {
      throw new Error(`${file} holds no ${JSON.stringify(before + after)}`);
    }
    return positionAt(text, at + before.length);
  }

  /** The range of the first occurrence of what, in a longer text that starts with before. */
  range(file, what, before = "") {
    const start = this.position(file, before, what);
    return { start, end: { line: start.line, character: start.character + what.length } };
  }

  /** Replaces a range as an editor does, by an incremental change. */
  async change(file, range, newText) {
    const document = this.#documents.get(this.uri(file));
    document.text = splice(document.text, range, newText);
    document.version++;
    await this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: document.uri, version: document.version },
      contentChanges: [{ range, text: newText }],
    });
  }

  /** A request about a file of the folder. */
  request(method, file, params = {}) {
    return this.connection.sendRequest(method, { textDocument: { uri: this.uri(file) }, ...params });
  }

  /** The diagnostics that the server publishes for the version of the file that is open. */
  async published(file) {
    const uri = this.uri(file);
    const version = this.#documents.get(uri)?.version;
    await this.until(() => {
      const got = this.#published.get(uri);
      return got && (got.version === undefined || got.version === version);
    });
    return this.#published.get(uri).diagnostics;
  }

  /** Resolves once the condition holds; it is looked at whenever the server says something. */
  async until(condition) {
    while (!condition()) {
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake() {
    this.#waiting.splice(0).forEach((resolve) => resolve());
  }
}

export function positionAt(text, offset) {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length - 1, character: lines.at(-1).length };
}

export function offsetAt(text, { line, character }) {
  const lines = text.split("\n");
  return lines.slice(0, line).reduce((sum, l) => sum + l.length + 1, 0) + character;
}

function splice(text, { start, end }, newText) {
  return text.slice(0, offsetAt(text, start)) + newText + text.slice(offsetAt(text, end));
}

/** The text with edits applied. */
export function edited(text, edits) {
  const last = (a, b) => offsetAt(text, b.range.start) - offsetAt(text, a.range.start);
  return [...edits].sort(last).reduce((t, edit) => splice(t, edit.range, edit.newText), text);
}
