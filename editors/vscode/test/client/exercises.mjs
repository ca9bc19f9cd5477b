// One exercise for each capability that the server may announce. Each gets a
// session on a copy of test/project of its own, and throws where the answer is
// not what a user would expect.
import assert from "node:assert/strict";
import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { edited } from "./session.mjs";

const tidy = "sequence tag: 'untidy'\n  trace \"one\"\n  set l [ 1, 2, 3 ]\n  trace (length l)  # a comment\n";

const labels = (result) => (result.items ?? result).map((item) => item.label);
const lines = (ranges) => ranges.map((r) => r.range?.start.line ?? r.start.line);
const target = (found) => (found[0].targetUri ? { uri: found[0].targetUri, range: found[0].targetSelectionRange } : found[0]);
const plain = (contents) => (typeof contents === "string" ? contents : (contents.value ?? contents.map(plain).join("\n")));

/** The diagnostics of a file as it is now, by whichever way the server has. */
async function diagnostics(s, file) {
  if (s.initialized.capabilities.diagnosticProvider) {
    return (await s.request("textDocument/diagnostic", file)).items;
  }
  return s.published(file);
}

const messages = async (s, file) => (await diagnostics(s, file)).map((d) => d.message).join("\n");

async function openBoth(s) {
  await s.open("order.flo");
  await s.open("prices.flo");
}

/** The code actions of a kind, resolved. */
async function actions(s, file, range, kind) {
  const found = await s.request("textDocument/codeAction", file, {
    range,
    context: { diagnostics: (await diagnostics(s, file)).filter((d) => d.range.start.line === range.start.line), only: [kind] },
  });
  for (const action of found) {
    assert.ok(action.kind === kind || action.kind.startsWith(`${kind}.`), `asked for ${kind}, got ${action.kind}`);
  }
  return Promise.all(found.map((action) => (action.edit || action.command ? action : s.connection.sendRequest("codeAction/resolve", action))));
}

/** The text of a file after a workspace edit. */
function after(s, file, edit) {
  const uri = s.uri(file);
  const edits = edit.changes?.[uri] ?? edit.documentChanges?.filter((change) => change.textDocument?.uri === uri).flatMap((change) => change.edits);
  assert.ok(edits?.length > 0, `no edit of ${file} in ${JSON.stringify(edit)}`);
  return edited(s.text(file), edits);
}

/** Where a code action of each kind has to be offered, and what comes of it. */
const actionKinds = {
  quickfix: { file: "order.flo", at: "tsak", gives: /\ntask 'mailer'/ },
  "refactor.extract": { text: "set a 1\ntrace 'one'\ntrace 'two'\n", at: "trace 'one'", gives: /define \S+/ },
  "refactor.inline": { text: "define greet name\n  \"Hello, $(name)\"\ngreet 'Ada'\n", at: "greet", gives: /Hello/ },
  "refactor.rewrite": { text: "set a 1\nif a > 0\n  trace 'one'\n", at: "if", gives: /trace 'one' if a > 0/ },
};

async function actionOfKind(s, kind) {
  const want = actionKinds[kind] ?? actionKinds.quickfix;
  const file = want.file ?? "actions.flo";
  await s.open(file, want.text);
  const found = await actions(s, file, s.range(file, want.at), kind);
  assert.ok(found.length > 0, `no ${kind} at ${want.at}`);
  const texts = found.filter((action) => action.edit).map((action) => after(s, file, action.edit));
  assert.ok(texts.some((text) => want.gives.test(text)), `none of ${JSON.stringify(texts)} matches ${want.gives}`);
}

async function semanticTokens(s, file) {
  const { legend } = s.initialized.capabilities.semanticTokensProvider;
  const full = await s.request("textDocument/semanticTokens/full", file);
  return { full, list: decode(full.data, legend) };
}

function decode(data, legend) {
  const list = [];
  for (let i = 0, line = 0, character = 0; i < data.length; i += 5) {
    character = data[i] === 0 ? character + data[i + 1] : data[i + 1];
    line += data[i];
    list.push({ line, character, length: data[i + 2], type: legend.tokenTypes[data[i + 3]] });
  }
  return list;
}

export const exercises = {
  positionEncoding: async (s) => {
    assert.equal(s.initialized.capabilities.positionEncoding, "utf-16");
    await s.open("wide.flo", "trace '😀' nada\n");
    const [found] = await diagnostics(s, "wide.flo");
    assert.deepEqual(found.range, s.range("wide.flo", "nada"));
  },

  "textDocumentSync.openClose": async (s) => {
    await s.open("order.flo", "sequence\n  nada _\n");
    assert.match(await messages(s, "order.flo"), /nada/);
    await s.close("order.flo"); // now the text on the disk counts
    await s.open("prices.flo");
    await s.open("order.flo");
    assert.match(await messages(s, "order.flo"), /tsak/);
  },
  "textDocumentSync.change": async (s) => {
    await s.open("order.flo");
    await s.change("order.flo", s.range("order.flo", "tsak"), "task");
    assert.equal(await messages(s, "order.flo"), "");
    await s.change("order.flo", s.range("order.flo", "cancel"), "cancle");
    assert.match(await messages(s, "order.flo"), /cancle/);
  },
  "textDocumentSync.save": async (s) => {
    await s.open("order.flo");
    await s.change("order.flo", s.range("order.flo", "tsak"), "task");
    await writeFile(path.join(s.folder, "order.flo"), s.text("order.flo"));
    await s.connection.sendNotification("textDocument/didSave", { textDocument: { uri: s.uri("order.flo") } });
    assert.equal(await messages(s, "order.flo"), "");
  },
  "textDocumentSync.willSave": async (s) => {
    await s.open("order.flo");
    await s.connection.sendNotification("textDocument/willSave", { textDocument: { uri: s.uri("order.flo") }, reason: 1 });
    assert.match(await messages(s, "order.flo"), /tsak/);
  },
  "textDocumentSync.willSaveWaitUntil": async (s) => {
    await s.open("untidy.flo");
    const edits = await s.request("textDocument/willSaveWaitUntil", "untidy.flo", { reason: 1 });
    assert.equal(edited(s.text("untidy.flo"), edits), tidy);
  },

  diagnosticProvider: async (s) => {
    await s.open("order.flo");
    const report = await s.request("textDocument/diagnostic", "order.flo");
    assert.equal(report.kind, "full");
    assert.deepEqual(report.items.map((d) => [d.code, d.severity, d.range, d.source]), [["FLO0301", 2, s.range("order.flo", "tsak"), "florc"]]);
    assert.match(report.items[0].codeDescription.href, /FLO0301|flo0301/);
    const again = await s.request("textDocument/diagnostic", "order.flo", { previousResultId: report.resultId });
    assert.equal(again.kind, "unchanged");
  },
  "diagnosticProvider.workspaceDiagnostics": async (s) => {
    const report = await s.connection.sendRequest("workspace/diagnostic", { previousResultIds: [] });
    const found = report.items.filter((item) => item.items?.length > 0);
    assert.deepEqual(found.map((item) => item.uri), [s.uri("order.flo")]);
    assert.match(found[0].items[0].message, /tsak/);
  },

  completionProvider: async (s) => {
    await openBoth(s);
    const names = labels(await s.request("textDocument/completion", "order.flo", { position: s.position("order.flo", "(reb", "ate") }));
    assert.ok(names.includes("rebate"), names.join(" "));
    for (const [line, want] of [["re", "reduce"], ["task 'x' tim", "timeout"], ["sequence \\ con", "concurrence"], ["map [ 1 ( red", "reduce"], ["trace \"$(f.to_", "to_pay"]]) {
      const text = `${s.text("order.flo")}${line}`;
      await s.open("completion.flo", text);
      const got = labels(await s.request("textDocument/completion", "completion.flo", { position: s.position("completion.flo", text) }));
      assert.ok(got.some((label) => label.includes(want)), `after ${line}: ${got.slice(0, 20).join(" ")}`);
    }
    for (const triggerCharacter of s.initialized.capabilities.completionProvider.triggerCharacters ?? []) {
      const text = `set f.a 1\ntrace f${triggerCharacter}`;
      await s.open("completion.flo", text);
      await s.request("textDocument/completion", "completion.flo", { position: s.position("completion.flo", text), context: { triggerKind: 2, triggerCharacter } });
    }
  },
  "completionProvider.resolveProvider": async (s) => {
    await s.open("completion.flo", "con\n");
    const list = await s.request("textDocument/completion", "completion.flo", { position: s.position("completion.flo", "con") });
    const item = (list.items ?? list).find((i) => i.label === "concurrence");
    const resolved = await s.connection.sendRequest("completionItem/resolve", item);
    assert.match(plain(resolved.documentation), /\w+ \w+/);
  },
  "completionProvider.completionItem.labelDetailsSupport": async (s) => {
    await s.open("completion.flo", "con\n");
    const list = await s.request("textDocument/completion", "completion.flo", { position: s.position("completion.flo", "con") });
    assert.ok((list.items ?? list).some((item) => item.labelDetails));
  },

  hoverProvider: async (s) => {
    await openBoth(s);
    const hover = await s.request("textDocument/hover", "order.flo", { position: s.position("order.flo", "conc", "urrence") });
    assert.match(plain(hover.contents), /concurrence/);
    assert.deepEqual(hover.range, s.range("order.flo", "concurrence"));
    const own = await s.request("textDocument/hover", "order.flo", { position: s.position("order.flo", "(reb", "ate") });
    assert.match(plain(own.contents), /rebate total/);
    assert.match(plain(own.contents), /What a customer need not pay/);
  },

  signatureHelpProvider: async (s) => {
    await s.open("signature.flo", "define area width height\n  width * height\narea 3 \n");
    const help = await s.request("textDocument/signatureHelp", "signature.flo", { position: s.position("signature.flo", "area 3 ") });
    const signature = help.signatures[help.activeSignature ?? 0];
    assert.match(signature.label, /area.*width.*height/);
    assert.equal(signature.activeParameter ?? help.activeParameter, 1);
  },

  definitionProvider: async (s) => {
    await openBoth(s);
    const found = target([await s.request("textDocument/definition", "order.flo", { position: s.position("order.flo", "(reb", "ate") })].flat());
    assert.equal(found.uri, s.uri("prices.flo"));
    assert.deepEqual(found.range, s.range("prices.flo", "rebate", "define "));
  },
  declarationProvider: async (s) => {
    await openBoth(s);
    const found = target([await s.request("textDocument/declaration", "order.flo", { position: s.position("order.flo", "(reb", "ate") })].flat());
    assert.equal(found.uri, s.uri("prices.flo"));
  },
  referencesProvider: async (s) => {
    await openBoth(s);
    const found = await s.request("textDocument/references", "prices.flo", { position: s.position("prices.flo", "define reb", "ate"), context: { includeDeclaration: true } });
    assert.deepEqual(found.map((f) => path.basename(f.uri)).sort(), ["order.flo", "prices.flo"]);
    const without = await s.request("textDocument/references", "prices.flo", { position: s.position("prices.flo", "define reb", "ate"), context: { includeDeclaration: false } });
    assert.deepEqual(without.map((f) => [path.basename(f.uri), f.range]), [["order.flo", s.range("order.flo", "rebate")]]);
  },
  documentHighlightProvider: async (s) => {
    await openBoth(s);
    const found = await s.request("textDocument/documentHighlight", "prices.flo", { position: s.position("prices.flo", "define price l", "ine") });
    assert.deepEqual(lines(found).sort(), [3, 4, 4]);
  },

  documentSymbolProvider: async (s) => {
    await s.open("prices.flo");
    const names = (await s.request("textDocument/documentSymbol", "prices.flo")).map((symbol) => symbol.name);
    assert.deepEqual(names.filter((name) => /^(price|rebate)\b/.test(name)).length, 2, names.join());
  },
  workspaceSymbolProvider: async (s) => {
    const found = await s.connection.sendRequest("workspace/symbol", { query: "reba" });
    assert.ok(found.some((symbol) => symbol.name.startsWith("rebate") && symbol.location.uri === s.uri("prices.flo")), JSON.stringify(found));
  },
  "workspaceSymbolProvider.resolveProvider": async (s) => {
    const [symbol] = await s.connection.sendRequest("workspace/symbol", { query: "reba" });
    const resolved = await s.connection.sendRequest("workspaceSymbol/resolve", symbol);
    assert.ok(resolved.location.range);
  },

  codeActionProvider: (s) => actionOfKind(s, "quickfix"),
  "codeActionProvider.resolveProvider": async (s) => {
    await s.open("order.flo");
    const found = await s.request("textDocument/codeAction", "order.flo", { range: s.range("order.flo", "tsak"), context: { diagnostics: await diagnostics(s, "order.flo") } });
    const resolved = await s.connection.sendRequest("codeAction/resolve", found[0]);
    assert.ok(resolved.edit);
  },
  "codeActionProvider.codeActionKinds.quickfix": (s) => actionOfKind(s, "quickfix"),
  "codeActionProvider.codeActionKinds.refactor": (s) => actionOfKind(s, "refactor"),
  "codeActionProvider.codeActionKinds.refactor.extract": (s) => actionOfKind(s, "refactor.extract"),
  "codeActionProvider.codeActionKinds.refactor.inline": (s) => actionOfKind(s, "refactor.inline"),
  "codeActionProvider.codeActionKinds.refactor.rewrite": (s) => actionOfKind(s, "refactor.rewrite"),
  "codeActionProvider.codeActionKinds.source.fixAll": (s) => actionOfKind(s, "source.fixAll"),

  codeLensProvider: async (s) => {
    await openBoth(s);
    const lenses = await s.request("textDocument/codeLens", "prices.flo");
    assert.ok(lines(lenses).includes(3) && lines(lenses).includes(7), JSON.stringify(lenses));
  },
  "codeLensProvider.resolveProvider": async (s) => {
    await openBoth(s);
    const lenses = await s.request("textDocument/codeLens", "prices.flo");
    const resolved = await Promise.all(lenses.map((lens) => (lens.command ? lens : s.connection.sendRequest("codeLens/resolve", lens))));
    assert.ok(resolved.every((lens) => lens.command.title), JSON.stringify(resolved));
    assert.match(resolved.map((lens) => lens.command.title).join(), /\b1 /);
  },

  documentFormattingProvider: async (s) => {
    await s.open("untidy.flo");
    const edits = await s.request("textDocument/formatting", "untidy.flo", { options: { tabSize: 2, insertSpaces: true } });
    assert.equal(edited(s.text("untidy.flo"), edits), tidy);
  },
  documentRangeFormattingProvider: async (s) => {
    await s.open("untidy.flo");
    const edits = await s.request("textDocument/rangeFormatting", "untidy.flo", { range: { start: { line: 2, character: 0 }, end: { line: 3, character: 0 } }, options: { tabSize: 2, insertSpaces: true } });
    const [first, , third] = edited(s.text("untidy.flo"), edits).split("\n");
    assert.equal(first, "sequence   tag:'untidy'");
    assert.match(third, /^\s+set l \[ 1, 2, 3 \]$/);
  },
  documentOnTypeFormattingProvider: async (s) => {
    await s.open("typed.flo", "each [ 1 ]\n\n");
    const { firstTriggerCharacter } = s.initialized.capabilities.documentOnTypeFormattingProvider;
    assert.equal(firstTriggerCharacter, "\n");
    const edits = await s.request("textDocument/onTypeFormatting", "typed.flo", { position: { line: 1, character: 0 }, ch: "\n", options: { tabSize: 2, insertSpaces: true } });
    assert.equal(edited(s.text("typed.flo"), edits), "each [ 1 ]\n  \n");
  },

  renameProvider: async (s) => {
    await openBoth(s);
    const edit = await s.request("textDocument/rename", "order.flo", { position: s.position("order.flo", "(reb", "ate"), newName: "discount" });
    assert.match(after(s, "order.flo", edit), /\(discount total\)/);
    assert.match(after(s, "prices.flo", edit), /define discount total/);
    await assert.rejects(s.request("textDocument/rename", "order.flo", { position: s.position("order.flo", "(reb", "ate"), newName: "not a name" }));
  },
  "renameProvider.prepareProvider": async (s) => {
    await openBoth(s);
    const prepared = await s.request("textDocument/prepareRename", "order.flo", { position: s.position("order.flo", "(reb", "ate") });
    assert.deepEqual(prepared.range ?? prepared, s.range("order.flo", "rebate"));
    const nothing = await s.request("textDocument/prepareRename", "order.flo", { position: s.position("order.flo", "conc", "urrence") }).catch(() => null);
    assert.equal(nothing, null);
  },

  foldingRangeProvider: async (s) => {
    await s.open("order.flo");
    const ranges = await s.request("textDocument/foldingRange", "order.flo");
    const start = s.position("order.flo", "concurrence").line;
    assert.ok(ranges.some((r) => r.startLine === start && r.endLine >= start + 8), JSON.stringify(ranges));
  },
  selectionRangeProvider: async (s) => {
    await s.open("order.flo");
    const [range] = await s.request("textDocument/selectionRange", "order.flo", { positions: [s.position("order.flo", "(reb", "ate")] });
    const texts = [];
    for (let r = range; r; r = r.parent) {
      texts.push(r.range);
    }
    assert.deepEqual(texts[0], s.range("order.flo", "rebate"));
    assert.ok(texts.length >= 4);
  },
  linkedEditingRangeProvider: async (s) => {
    await openBoth(s);
    const linked = await s.request("textDocument/linkedEditingRange", "prices.flo", { position: s.position("prices.flo", "define price l", "ine") });
    assert.deepEqual(linked.ranges.map((r) => r.start.line).sort(), [3, 4, 4]);
  },
  documentLinkProvider: async (s) => {
    await s.open("order.flo");
    const [link] = await s.request("textDocument/documentLink", "order.flo");
    assert.equal(link.range.start.line, 1);
    const resolved = link.target ? link : await s.connection.sendRequest("documentLink/resolve", link);
    assert.equal(resolved.target, s.uri("prices.flo"));
  },
  "documentLinkProvider.resolveProvider": async (s) => {
    await s.open("order.flo");
    const [link] = await s.request("textDocument/documentLink", "order.flo");
    assert.equal((await s.connection.sendRequest("documentLink/resolve", link)).target, s.uri("prices.flo"));
  },

  callHierarchyProvider: async (s) => {
    await s.open("calls.flo", "define inner x\n  x + 1\ndefine outer x\n  inner x\nouter 1\n");
    const at = async (what, before) => (await s.request("textDocument/prepareCallHierarchy", "calls.flo", { position: s.range("calls.flo", what, before).start }))[0];
    const incoming = await s.connection.sendRequest("callHierarchy/incomingCalls", { item: await at("inner", "define ") });
    assert.deepEqual(incoming.map((call) => call.from.name), ["outer"]);
    const outgoing = await s.connection.sendRequest("callHierarchy/outgoingCalls", { item: await at("outer", "define ") });
    assert.ok(outgoing.some((call) => call.to.name === "inner"), JSON.stringify(outgoing));
  },

  semanticTokensProvider: async (s) => {
    await openBoth(s);
    const { list } = await semanticTokens(s, "order.flo");
    const at = (what, before) => list.find((t) => t.line === s.range("order.flo", what, before).start.line && t.character === s.range("order.flo", what, before).start.character);
    assert.equal(at("rebate", "(")?.type, "function");
    assert.equal(at("rebate", "(")?.length, "rebate".length);
    assert.ok(at("concurrence"), "concurrence has a token");
  },
  "semanticTokensProvider.full": (s) => exercises.semanticTokensProvider(s),
  "semanticTokensProvider.full.delta": async (s) => {
    await openBoth(s);
    const { full } = await semanticTokens(s, "order.flo");
    await s.change("order.flo", s.range("order.flo", "tsak"), "task");
    const delta = await s.request("textDocument/semanticTokens/full/delta", "order.flo", { previousResultId: full.resultId });
    assert.ok(delta.edits, "edits, not all tokens anew");
    const data = [...full.data];
    for (const edit of [...delta.edits].sort((a, b) => b.start - a.start)) {
      data.splice(edit.start, edit.deleteCount, ...(edit.data ?? []));
    }
    assert.deepEqual(data, (await semanticTokens(s, "order.flo")).full.data);
  },
  "semanticTokensProvider.range": async (s) => {
    await openBoth(s);
    const { list } = await semanticTokens(s, "order.flo");
    const { start } = s.range("order.flo", "rebate");
    const part = await s.request("textDocument/semanticTokens/range", "order.flo", { range: { start: { line: start.line, character: 0 }, end: { line: start.line + 1, character: 0 } } });
    assert.deepEqual(decode(part.data, s.initialized.capabilities.semanticTokensProvider.legend), list.filter((t) => t.line === start.line));
  },

  inlayHintProvider: async (s) => {
    await openBoth(s);
    await s.open("hints.flo", "define area width height\n  width * height\narea 3 4\n");
    const hints = await s.request("textDocument/inlayHint", "hints.flo", { range: { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } } });
    const text = hints.map((h) => (typeof h.label === "string" ? h.label : h.label.map((part) => part.value).join("")));
    assert.ok(text.some((label) => label.includes("width")) && text.some((label) => label.includes("height")), text.join());
  },
  "inlayHintProvider.resolveProvider": async (s) => {
    await s.open("hints.flo", "define area width height\n  width * height\narea 3 4\n");
    const [hint] = await s.request("textDocument/inlayHint", "hints.flo", { range: { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } } });
    assert.deepEqual((await s.connection.sendRequest("inlayHint/resolve", hint)).position, hint.position);
  },

  "workspace.workspaceFolders.supported": async (s) => {
    const { folder, uri } = await secondFolder(s);
    await s.connection.sendNotification("workspace/didChangeWorkspaceFolders", { event: { added: [{ uri, name: "second" }], removed: [] } });
    const found = await s.connection.sendRequest("workspace/symbol", { query: "elsewhere" });
    assert.ok(found.some((symbol) => symbol.location.uri === `${uri}/${folder}`), JSON.stringify(found));
  },
  "workspace.workspaceFolders.changeNotifications": async (s) => {
    const { uri } = await secondFolder(s);
    const change = (added, removed) => s.connection.sendNotification("workspace/didChangeWorkspaceFolders", { event: { added, removed } });
    await change([{ uri, name: "second" }], []);
    await change([], [{ uri, name: "second" }]);
    const found = await s.connection.sendRequest("workspace/symbol", { query: "elsewhere" });
    assert.deepEqual(found ?? [], []);
  },

  "workspace.fileOperations.willRename": async (s) => {
    await openBoth(s);
    const edit = await s.connection.sendRequest("workspace/willRenameFiles", { files: [{ oldUri: s.uri("prices.flo"), newUri: s.uri("costs.flo") }] });
    assert.match(after(s, "order.flo", edit), /import 'costs\.flo'/);
  },
  "workspace.fileOperations.didRename": async (s) => {
    await s.open("order.flo");
    await rename(path.join(s.folder, "prices.flo"), path.join(s.folder, "costs.flo"));
    await s.connection.sendNotification("workspace/didRenameFiles", { files: [{ oldUri: s.uri("prices.flo"), newUri: s.uri("costs.flo") }] });
    assert.match(await messages(s, "order.flo"), /rebate/);
  },
  "workspace.fileOperations.didCreate": async (s) => {
    await s.open("late.flo", "import 'new.flo'\nfresh 1\n");
    assert.match(await messages(s, "late.flo"), /fresh/);
    await writeFile(path.join(s.folder, "new.flo"), "define fresh x\n  x\n");
    await s.connection.sendNotification("workspace/didCreateFiles", { files: [{ uri: s.uri("new.flo") }] });
    assert.equal(await messages(s, "late.flo"), "");
  },
  "workspace.fileOperations.didDelete": async (s) => {
    await s.open("order.flo");
    await rename(path.join(s.folder, "prices.flo"), path.join(s.folder, "prices.bak"));
    await s.connection.sendNotification("workspace/didDeleteFiles", { files: [{ uri: s.uri("prices.flo") }] });
    assert.match(await messages(s, "order.flo"), /rebate/);
  },
};

async function secondFolder(s) {
  const uri = `${s.workspaceFolder.uri}-second`;
  const { mkdir } = await import("node:fs/promises");
  await mkdir(`${s.folder}-second`, { recursive: true });
  await writeFile(path.join(`${s.folder}-second`, "elsewhere.flo"), "define elsewhere x\n  x\n");
  return { folder: "elsewhere.flo", uri };
}
