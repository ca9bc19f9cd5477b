// What runs inside VS Code, in the browser's extension host and in that of the
// desktop: it does to the project what a user would, and looks at what comes.
import * as vscode from "vscode";

const root = vscode.workspace.workspaceFolders![0].uri;
const desktop = typeof process === "object" && process.versions?.node !== undefined;

/** Called by VS Code; what it throws fails the run. */
export async function run(): Promise<void> {
  let failed = 0;
  for (const [name, test] of tests) {
    try {
      await Promise.race([test(), hung()]);
      console.info(`suite: ok      ${name}`);
    } catch (error) {
      failed++;
      console.info(`suite: FAILED  ${name}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  console.info(`suite: ${tests.length - failed} passed, ${failed} failed`);
  if (failed > 0) {
    throw new Error(`${failed} tests failed`);
  }
}

/** A watchdog: what waits for something that does not come fails by its name. */
function hung(): Promise<never> {
  return new Promise((_, fail) => setTimeout(() => fail(new Error("hangs: what it waits for does not come")), 60_000));
}

const tests: [string, () => Promise<void>][] = [
  ["the extension starts with the first .flo file", async () => {
    await open("order.flo");
    const extension = vscode.extensions.getExtension("florc-lang.flor");
    await extension!.activate();
    same((await open("order.flo")).languageId, "flor");
  }],

  ["diagnostics stand at the right place", async () => {
    const document = await open("order.flo");
    const [found, ...others] = await diagnostics(document, (list) => list.length > 0);
    same(others.map((d) => d.message), []);
    same(found.range, rangeOf(document, "tsak"));
    same(found.severity, vscode.DiagnosticSeverity.Warning);
    same(codeOf(found), "FLO0301");
    contains(found.message, '"tsak"');
  }],

  ["a quick fix mends what is found", async () => {
    const document = await open("order.flo");
    const [found] = await diagnostics(document, (list) => list.length > 0);
    const actions = await call<vscode.CodeAction[]>("vscode.executeCodeActionProvider", document.uri, found.range, vscode.CodeActionKind.QuickFix.value, 10);
    const fix = actions.find((action) => action.title.includes("task"));
    same(await vscode.workspace.applyEdit(fix!.edit!), true);
    contains(document.getText(), "\ntask 'mailer' 'tell customer'");
    same(await diagnostics(document, (list) => list.length === 0), []);
    await replace(document, rangeOf(document, "task", " 'mailer'"), "tsak");
    await diagnostics(document, (list) => list.length > 0);
  }],

  ["a line that does not parse costs one finding and no feature", async () => {
    const document = await open("order.flo");
    const end = new vscode.Position(document.lineCount - 1, 0);
    await replace(document, new vscode.Range(end, end), "push f.log [ 1\nred");
    const found = await diagnostics(document, (list) => list.some((d) => d.severity === vscode.DiagnosticSeverity.Error));
    same(found.find((d) => d.severity === vscode.DiagnosticSeverity.Error)!.range.start.line, end.line);
    const after = new vscode.Position(end.line + 1, 3);
    contains(labels(await complete(document, after)), "reduce");
    await replace(document, new vscode.Range(end, after), "");
    await diagnostics(document, (list) => list.length === 1);
  }],

  ["completion knows procedures, and functions of another file", async () => {
    const document = await open("order.flo");
    const heads = await complete(document, rangeOf(document, "cancel").end);
    contains(labels(heads), "cancel");
    const names = labels(await complete(document, rangeOf(document, "reb", "ate").end));
    contains(names, "rebate");
  }],

  ["hover shows the documentation", async () => {
    const document = await open("order.flo");
    contains(await hover(document, rangeOf(document, "concurrence").start), "concurrence");
    contains(await hover(document, rangeOf(document, "rebate").start), "rebate");
  }],

  ["the definition is in another file", async () => {
    const document = await open("order.flo");
    const prices = await open("prices.flo");
    const found = await call<(vscode.Location | vscode.LocationLink)[]>("vscode.executeDefinitionProvider", document.uri, rangeOf(document, "price", ") v.+").start);
    same(found.length, 1);
    const target = "targetUri" in found[0] ? { uri: found[0].targetUri, range: found[0].targetSelectionRange! } : found[0];
    same(target.uri.toString(), prices.uri.toString());
    same(target.range.start, rangeOf(prices, "price", " line\n").start);
  }],

  ["rename changes both files", async () => {
    const document = await open("order.flo");
    const prices = await open("prices.flo");
    const edit = await call<vscode.WorkspaceEdit>("vscode.executeDocumentRenameProvider", document.uri, rangeOf(document, "rebate").start, "discount");
    same(await vscode.workspace.applyEdit(edit), true);
    contains(document.getText(), "(discount total)");
    contains(prices.getText(), "define discount total");
    const back = await call<vscode.WorkspaceEdit>("vscode.executeDocumentRenameProvider", prices.uri, rangeOf(prices, "discount").start, "rebate");
    same(await vscode.workspace.applyEdit(back), true);
    contains(document.getText(), "(rebate total)");
    contains(prices.getText(), "define rebate total");
  }],

  ["formatting tidies a file", async () => {
    const document = await open("untidy.flo");
    const edits = await call<vscode.TextEdit[]>("vscode.executeFormatDocumentProvider", document.uri, { tabSize: 2, insertSpaces: true });
    const edit = new vscode.WorkspaceEdit();
    edit.set(document.uri, edits);
    same(await vscode.workspace.applyEdit(edit), true);
    same(document.getText(), "sequence tag: 'untidy'\n  trace \"one\"\n  set l [ 1, 2, 3 ]\n  trace (length l)  # a comment\n");
  }],

  ["symbols and semantic tokens are there", async () => {
    const document = await open("prices.flo");
    const symbols = await call<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider", document.uri);
    same(symbols.map((symbol) => symbol.name).filter((name) => /^(price|rebate)\b/.test(name)).length, 2);
    const tokens = await call<vscode.SemanticTokens | undefined>("vscode.provideDocumentSemanticTokens", document.uri);
    same((tokens?.data.length ?? 0) > 0, true);
  }],

  ["lenses count references and can show them", async () => {
    const document = await open("prices.flo");
    const lenses = await call<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 100);
    const commands = lenses.map((lens) => lens.command!.command);
    same(commands.filter((command) => command === "flor.showReferences").length, 2);
    same(commands.filter((command) => command !== "flor.showReferences"), desktop ? ["flor.runFile", "flor.showGraph"] : []);
    const references = lenses.find((lens) => lens.command!.command === "flor.showReferences")!.command!;
    contains(references.title, "1 ");
    await vscode.commands.executeCommand(references.command, ...references.arguments!);
    await vscode.commands.executeCommand("closeReferenceSearch");
  }],

  ["the language server can be started anew", async () => {
    const document = await open("order.flo");
    await vscode.commands.executeCommand("flor.restartServer");
    await diagnostics(document, (list) => list.length === 1);
    contains(await hover(document, rangeOf(document, "concurrence").start), "concurrence");
  }],
];

if (desktop) {
  tests.push(
    ["the task puts the findings of the folder among the problems", async () => {
      const tasks = await vscode.tasks.fetchTasks({ type: "flor" });
      same(tasks.map((task) => task.name), ["check"]);
      // The task's problems have an owner of their own, beside the server's.
      await vscode.commands.executeCommand("flor.restartServer");
      const ended = new Promise<number | undefined>((resolve) => {
        const listener = vscode.tasks.onDidEndTaskProcess((event) => {
          listener.dispose();
          resolve(event.exitCode);
        });
      });
      await vscode.tasks.executeTask(tasks[0]);
      same(await ended, 1);
      const document = await open("order.flo");
      const found = await diagnostics(document, (list) => list.length === 2);
      same(found.map((d) => d.range.start), [rangeOf(document, "tsak").start, rangeOf(document, "tsak").start]);
      same(found.map(codeOf), ["FLO0301", "FLO0301"]);
    }],
    ["the graph is shown", async () => {
      await vscode.window.showTextDocument(await open("prices.flo"));
      await vscode.commands.executeCommand("flor.showGraph");
      const labels = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map((tab) => tab.label));
      while (!labels().includes("Graph of prices.flo")) {
        await new Promise<void>((resolve) => {
          const listener = vscode.window.tabGroups.onDidChangeTabs(() => {
            listener.dispose();
            resolve();
          });
        });
      }
    }],
  );
}

async function open(file: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(root, file));
  await vscode.window.showTextDocument(document);
  return document;
}

/** The diagnostics of a document, as soon as they fulfil a condition. */
async function diagnostics(document: vscode.TextDocument, done: (list: vscode.Diagnostic[]) => boolean): Promise<vscode.Diagnostic[]> {
  for (;;) {
    const list = vscode.languages.getDiagnostics(document.uri);
    if (done(list)) {
      return list;
    }
    await new Promise<void>((resolve) => {
      const listener = vscode.languages.onDidChangeDiagnostics(() => {
        listener.dispose();
        resolve();
      });
    });
  }
}

function codeOf(diagnostic: vscode.Diagnostic): string {
  const code = diagnostic.code;
  return String(typeof code === "object" ? code.value : code);
}

function complete(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionList> {
  return call("vscode.executeCompletionItemProvider", document.uri, position);
}

function labels(list: vscode.CompletionList): string[] {
  return list.items.map((item) => (typeof item.label === "string" ? item.label : item.label.label));
}

async function hover(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const hovers = await call<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, position);
  return hovers.flatMap((h) => h.contents.map((c) => (typeof c === "string" ? c : c.value))).join("\n");
}

async function call<T>(command: string, ...args: unknown[]): Promise<T> {
  return (await vscode.commands.executeCommand<T>(command, ...args)) as T;
}

/** The first place of a text, followed by another. */
function rangeOf(document: vscode.TextDocument, what: string, after = ""): vscode.Range {
  const at = document.getText().indexOf(what + after);
  if (at < 0) {
    throw new Error(`${document.uri.path} holds no ${JSON.stringify(what + after)}`);
  }
  return new vscode.Range(document.positionAt(at), document.positionAt(at + what.length));
}

async function replace(document: vscode.TextDocument, range: vscode.Range, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, range, text);
  same(await vscode.workspace.applyEdit(edit), true);
}

function same(got: unknown, want: unknown): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
  if (a !== b) {
    throw new Error(`got ${a}, want ${b}`);
  }
}

function contains(got: string | string[], want: string): void {
  if (!got.includes(want)) {
    throw new Error(`got ${JSON.stringify(got)?.slice(0, 500)}, which lacks ${JSON.stringify(want)}`);
  }
}
