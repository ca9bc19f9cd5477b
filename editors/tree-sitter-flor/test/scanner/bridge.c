#include "tree_sitter/parser.h"

#include "_cgo_export.h"

bool tree_sitter_flor_external_scanner_scan(void *, TSLexer *, const bool *);

// bridge is a lexer whose characters come from Go.
typedef struct {
  TSLexer lexer;
  uintptr_t handle;
} bridge;

static void bridge_advance(TSLexer *l, bool skip) {
  l->lookahead = goAdvance(((bridge *)l)->handle, skip);
}

static void bridge_mark_end(TSLexer *l) { goMarkEnd(((bridge *)l)->handle); }

static uint32_t bridge_column(TSLexer *l) { return goColumn(((bridge *)l)->handle); }

static bool bridge_eof(const TSLexer *l) { return l->lookahead == 0; }

int bridge_scan(void *payload, uintptr_t handle, int32_t lookahead, const bool *valid) {
  bridge b = {
      .lexer = {.lookahead = lookahead, .advance = bridge_advance, .mark_end = bridge_mark_end, .get_column = bridge_column, .eof = bridge_eof},
      .handle = handle,
  };
  return tree_sitter_flor_external_scanner_scan(payload, &b.lexer, valid) ? b.lexer.result_symbol : -1;
}
