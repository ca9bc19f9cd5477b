// What the client says that it can do: everything, so that the server holds
// nothing back.
const prepared = { dynamicRegistration: false };

export const clientCapabilities = {
  general: { positionEncodings: ["utf-16"] },
  window: { workDoneProgress: true, showMessage: {}, showDocument: { support: true } },
  workspace: {
    applyEdit: true,
    workspaceEdit: { documentChanges: true, resourceOperations: ["create", "rename", "delete"], changeAnnotationSupport: {} },
    configuration: true,
    workspaceFolders: true,
    didChangeWatchedFiles: { dynamicRegistration: true },
    symbol: { ...prepared, resolveSupport: { properties: ["location.range"] } },
    executeCommand: prepared,
    fileOperations: { didCreate: true, willCreate: true, didRename: true, willRename: true, didDelete: true, willDelete: true },
    diagnostics: { refreshSupport: true },
    semanticTokens: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
  },
  textDocument: {
    synchronization: { ...prepared, willSave: true, willSaveWaitUntil: true, didSave: true },
    publishDiagnostics: { relatedInformation: true, versionSupport: true, codeDescriptionSupport: true, dataSupport: true, tagSupport: { valueSet: [1, 2] } },
    diagnostic: { ...prepared, relatedDocumentSupport: true },
    completion: {
      ...prepared,
      contextSupport: true,
      completionItem: { snippetSupport: true, documentationFormat: ["markdown", "plaintext"], resolveSupport: { properties: ["documentation", "detail", "additionalTextEdits"] }, labelDetailsSupport: true, insertReplaceSupport: true },
      completionList: { itemDefaults: ["editRange", "insertTextFormat"] },
    },
    hover: { ...prepared, contentFormat: ["markdown", "plaintext"] },
    signatureHelp: { ...prepared, contextSupport: true, signatureInformation: { documentationFormat: ["markdown"], parameterInformation: { labelOffsetSupport: true }, activeParameterSupport: true } },
    definition: { ...prepared, linkSupport: true },
    declaration: { ...prepared, linkSupport: true },
    typeDefinition: { ...prepared, linkSupport: true },
    implementation: { ...prepared, linkSupport: true },
    references: prepared,
    documentHighlight: prepared,
    documentSymbol: { ...prepared, hierarchicalDocumentSymbolSupport: true },
    codeAction: {
      ...prepared,
      isPreferredSupport: true,
      dataSupport: true,
      disabledSupport: true,
      resolveSupport: { properties: ["edit"] },
      codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "refactor", "refactor.extract", "refactor.inline", "refactor.rewrite", "source", "source.fixAll"] } },
    },
    codeLens: prepared,
    documentLink: { ...prepared, tooltipSupport: true },
    formatting: prepared,
    rangeFormatting: prepared,
    onTypeFormatting: prepared,
    rename: { ...prepared, prepareSupport: true },
    foldingRange: prepared,
    selectionRange: prepared,
    linkedEditingRange: prepared,
    callHierarchy: prepared,
    typeHierarchy: prepared,
    semanticTokens: {
      ...prepared,
      requests: { range: true, full: { delta: true } },
      tokenTypes: ["namespace", "type", "class", "enum", "interface", "struct", "typeParameter", "parameter", "variable", "property", "enumMember", "event", "function", "method", "macro", "keyword", "modifier", "comment", "string", "number", "regexp", "operator", "decorator", "label"],
      tokenModifiers: ["declaration", "definition", "readonly", "static", "deprecated", "abstract", "async", "modification", "documentation", "defaultLibrary"],
      formats: ["relative"],
      overlappingTokenSupport: false,
      multilineTokenSupport: false,
    },
    inlayHint: { ...prepared, resolveSupport: { properties: ["tooltip"] } },
    inlineValue: prepared,
    colorProvider: prepared,
    moniker: prepared,
  },
};

/** Options that say more about a capability, and are none of their own. */
const remarks = new Set(["triggerCharacters", "retriggerCharacters", "allCommitCharacters", "firstTriggerCharacter", "moreTriggerCharacter", "legend", "identifier", "interFileDependencies", "documentSelector", "id", "filters", "label", "workDoneProgress"]);

/** The paths of all capabilities in an initialize result, such as "completionProvider.resolveProvider". */
export function announced(capabilities, prefix = "") {
  return Object.entries(capabilities).flatMap(([name, value]) => {
    const path = prefix + name;
    if (value === false || value === null || value === undefined || remarks.has(name)) {
      return [];
    }
    if (Array.isArray(value)) {
      return value.map((element) => `${path}.${element}`);
    }
    if (typeof value !== "object") {
      return [path];
    }
    const inner = announced(value, `${path}.`);
    // An object is a capability itself, but for those that only gather others.
    return /^(?:workspace(?:\.fileOperations|\.workspaceFolders)?|textDocumentSync|experimental)$/.test(path) ? inner : [path, ...inner];
  });
}
