// The part of the lexer that a grammar cannot say: see grammar.js. It follows
// lang/parser/scan.go, scantext.go and scanword.go of florc.

#include "tree_sitter/parser.h"

#include <stdlib.h>

enum Token {
  START,
  NEWLINE,
  INDENT,
  DEDENT,
  CHILD,
  OPEN,
  CLOSE,
  DOLLAR,
  OR,
  AND,
  EQUALITY,
  COMPARISON,
  SUM,
  PRODUCT,
  MODULO,
  POSTFIX,
  REGEX_START,
  UNCLOSED,
  INDEX,
  ERROR,
};

// The columns of the blocks that are open, outermost first. A block that a
// bracket opened is marked: only its bracket closes it.
#define MAX_DEPTH 500
#define BRACKET 0x8000
#define COLUMN 0x7fff

typedef struct {
  unsigned depth;
  uint16_t level[MAX_DEPTH];
} Scanner;

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static bool at_line_end(TSLexer *lexer) {
  return lexer->lookahead == '\n' || lexer->lookahead == '\r';
}

static bool at_end(TSLexer *lexer) { return lexer->eof(lexer); }

static bool at_blank(TSLexer *lexer) {
  return lexer->lookahead == ' ' || lexer->lookahead == '\t';
}

static void skip_blanks(TSLexer *lexer) {
  while (at_blank(lexer)) advance(lexer);
}

static void skip_line(TSLexer *lexer) {
  while (!at_end(lexer) && !at_line_end(lexer)) advance(lexer);
}

// ends_name tells whether a character ends a name.
static bool ends_name(int32_t c) {
  if (c <= ' ' || c == 0x7f || c == 0xfeff) return true;
  switch (c) {
    case '.': case ':': case ';': case '|': case '"': case '\'': case ',':
    case '(': case ')': case '[': case ']': case '{': case '}': case '#':
    case '\\':
      return true;
  }
  return false;
}

static bool push(Scanner *s, unsigned column, unsigned mark) {
  if (s->depth == MAX_DEPTH) return false;
  s->level[s->depth++] = (uint16_t)((column < COLUMN ? column : COLUMN) | mark);
  return true;
}

static unsigned top(Scanner *s) {
  return s->depth == 0 ? BRACKET : s->level[s->depth - 1];
}

// may_dedent tells whether the innermost block was opened by indentation or by
// a backslash, and is not the outermost.
static bool may_dedent(Scanner *s) {
  return s->depth > 1 && !(top(s) & BRACKET);
}

static bool in_bracket(Scanner *s) {
  for (unsigned i = 0; i < s->depth; i++)
    if (s->level[i] & BRACKET) return true;
  return false;
}

// Gap is what stands between two tokens.
typedef struct {
  unsigned column; // of what follows
  bool lines;      // there is a line end in it
  bool comment;
  bool slash; // a slash that starts no comment follows, and is consumed
} Gap;

// skip_gap skips blanks, line ends and comments. Before a token, what stands
// before the first comment is left out of it.
static Gap skip_gap(TSLexer *lexer, bool before) {
  Gap g = {0};
  while (!at_end(lexer)) {
    if (at_line_end(lexer) || lexer->lookahead == 0xfeff) {
      g.lines = g.lines || at_line_end(lexer);
      g.column = 0;
      lexer->advance(lexer, before && !g.comment);
    } else if (at_blank(lexer)) {
      g.column++;
      lexer->advance(lexer, before && !g.comment);
    } else if (lexer->lookahead == '#') {
      g.comment = true;
      skip_line(lexer);
    } else if (lexer->lookahead == '/') {
      advance(lexer);
      if (lexer->lookahead != '/') {
        g.slash = true;
        break;
      }
      g.comment = true;
      skip_line(lexer);
    } else {
      break;
    }
  }
  return g;
}

// close_block ends the innermost block that indentation or a backslash opened.
static bool close_block(Scanner *s, TSLexer *lexer, const bool *valid) {
  if (!valid[DEDENT] || !may_dedent(s)) return false;
  s->depth--;
  lexer->result_symbol = DEDENT;
  return true;
}

// line_end reads what the end of a line means, from the column of the next
// one. It takes no characters.
static bool line_end(Scanner *s, TSLexer *lexer, const bool *valid, Gap gap) {
  unsigned column = gap.column;
  unsigned now = top(s) & COLUMN;
  if (column > now) {
    // Comments stand before the block, so that it starts with its first line.
    if (!valid[INDENT] || gap.comment) return false;
    if (!gap.slash) lexer->mark_end(lexer);
    lexer->result_symbol = INDENT;
    return push(s, column, 0);
  }
  if (column < now) {
    // A line between two columns is the sibling of the deeper one.
    bool sibling = !may_dedent(s) || (s->level[s->depth - 2] & COLUMN) < column;
    if (!sibling) return close_block(s, lexer, valid);
    if (s->depth > 0) s->level[s->depth - 1] = (uint16_t)(column | (top(s) & BRACKET));
  }
  if (!gap.comment && !gap.slash) lexer->mark_end(lexer);
  lexer->result_symbol = NEWLINE;
  return valid[NEWLINE];
}

// following skips blanks and a comment, and returns the next character: a line
// feed for the end of the line, 0 for the end of the text.
static int32_t following(TSLexer *lexer) {
  skip_blanks(lexer);
  if (lexer->lookahead == '#') skip_line(lexer);
  if (lexer->lookahead == '/') {
    advance(lexer);
    if (lexer->lookahead != '/') return '/';
    skip_line(lexer);
  }
  if (at_end(lexer)) return 0;
  return at_line_end(lexer) ? '\n' : lexer->lookahead;
}

static bool ends_operand(int32_t c) {
  switch (c) {
    case ')': case ']': case '}': case ',': case ':': case ';': case '|': case '\\':
      return true;
  }
  return false;
}

// operator reads an infix operator. One that no operand can follow is a name:
// in "reduce l +" the procedure is passed.
// A slash is consumed already.
static bool operator(Scanner *s, TSLexer *lexer, const bool *valid, bool slash) {
  enum Token kind;
  bool word = false;
  int32_t first = slash ? '/' : lexer->lookahead;
  switch (first) {
    case '+': case '-': kind = SUM; break;
    case '*': case '/': kind = PRODUCT; break;
    case '%': kind = MODULO; break;
    case '<': case '>': kind = COMPARISON; break;
    case '=': case '!': kind = EQUALITY; break;
    case 'a': kind = AND; word = true; break;
    case 'o': kind = OR; word = true; break;
    default: return false;
  }
  if (!valid[kind] && !(first == '<' && valid[EQUALITY])) return false;
  if (!slash) advance(lexer);
  if (word) {
    const char *rest = first == 'a' ? "nd" : "r";
    for (; *rest; rest++) {
      if (lexer->lookahead != *rest) return false;
      advance(lexer);
    }
    if (!at_blank(lexer) && !at_line_end(lexer)) return false;
  } else if (first == '<' && lexer->lookahead == '>') {
    kind = EQUALITY;
    advance(lexer);
  } else if ((first == '<' || first == '>' || first == '=' || first == '!') && lexer->lookahead == '=') {
    advance(lexer);
  } else if (first == '!') {
    return false;
  }
  lexer->mark_end(lexer);
  lexer->result_symbol = kind;
  int32_t next = following(lexer);
  if (next == 0 || ends_operand(next)) return false;
  if (next != '\n') return true;
  if (!word && !in_bracket(s) && valid[NEWLINE]) return false;
  Gap gap = skip_gap(lexer, false);
  return gap.slash || (!at_end(lexer) && !ends_operand(lexer->lookahead));
}

// postfix reads an if or unless that opens a condition: it is a word of its
// own, and no key.
static bool postfix(TSLexer *lexer) {
  const char *word = lexer->lookahead == 'i' ? "if" : "unless";
  for (; *word; word++) {
    if (lexer->lookahead != *word) return false;
    advance(lexer);
  }
  lexer->mark_end(lexer);
  if (lexer->lookahead == '.' || lexer->lookahead == '[' || !ends_name(lexer->lookahead)) return false;
  lexer->result_symbol = POSTFIX;
  return following(lexer) != ':';
}

// Ahead counts characters, and where a name read from the same place ends.
typedef struct {
  unsigned pos;
  unsigned name_end;
  bool name_over;
  bool dot;
  bool slash;         // the last character was a slash
  int32_t after_name; // the character that ends the name
} Ahead;

static void step(TSLexer *lexer, Ahead *a) {
  int32_t c = lexer->lookahead;
  if (!a->name_over) {
    if (c == '.' && a->pos > 0 && !a->dot) {
      a->dot = true;
    } else if (ends_name(c) || (c == '/' && a->slash)) {
      a->name_over = true;
      if (a->dot || (c == '/' && a->slash)) {
        a->name_end = a->pos - 1;
        a->after_name = a->dot ? '.' : '/';
      } else {
        a->name_end = a->pos;
        a->after_name = c;
      }
    } else {
      a->dot = false;
    }
    a->slash = c == '/';
  }
  a->pos++;
  advance(lexer);
}

// skip_dollar skips what stands in $(…), up to its parenthesis, on this line.
static bool skip_dollar(TSLexer *lexer, Ahead *a) {
  unsigned open = 1;
  int32_t quote = 0;
  while (!at_end(lexer) && !at_line_end(lexer)) {
    int32_t c = lexer->lookahead;
    step(lexer, a);
    if (quote) {
      if (c == '\\' && !at_line_end(lexer)) step(lexer, a);
      else if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(') {
      open++;
    } else if (c == ')' && --open == 0) {
      return true;
    }
  }
  return false;
}

// regex reads what opens a regular expression, where one stands there: it has
// to end on the line, and to be at least as long as a name would be. A slash
// that it starts with is consumed already.
static bool regex(TSLexer *lexer, bool slash) {
  static const char *const prefixes[] = {"", "r", "rx", "re", "rex", "regex"};
  Ahead a = {.pos = slash, .slash = slash};
  char prefix[6] = {0};
  unsigned n = 0;
  for (; !slash && lexer->lookahead != '/'; n++) {
    if (n == 5 || lexer->lookahead < 'a' || lexer->lookahead > 'z') return false;
    prefix[n] = (char)lexer->lookahead;
    step(lexer, &a);
  }
  bool known = false;
  for (unsigned i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    const char *p = prefixes[i];
    unsigned k = 0;
    while (k < n && p[k] == prefix[k]) k++;
    known = known || (k == n && p[k] == 0);
  }
  if (!known) return false;
  if (!slash) step(lexer, &a);
  if (lexer->lookahead == '/') return false;
  lexer->mark_end(lexer);
  for (;;) {
    if (at_end(lexer) || at_line_end(lexer)) return false;
    int32_t c = lexer->lookahead;
    step(lexer, &a);
    if (c == '/') break;
    if (c == '\\' && !at_end(lexer) && !at_line_end(lexer)) step(lexer, &a);
    if (c == '$' && lexer->lookahead == '(') {
      step(lexer, &a);
      if (!skip_dollar(lexer, &a)) return false;
    }
  }
  if (lexer->lookahead == '/') return false;
  while (lexer->lookahead > 0 && lexer->lookahead < 128) {
    const char *option = "imxouesn";
    while (*option && *option != lexer->lookahead) option++;
    if (!*option) break;
    step(lexer, &a);
  }
  unsigned end = a.pos;
  while (!a.name_over && !at_end(lexer)) step(lexer, &a);
  if (!a.name_over) a.name_end = a.pos;
  if (end < a.name_end || (end > a.name_end && a.after_name == ')')) return false;
  lexer->result_symbol = REGEX_START;
  return true;
}

// open reads a bracket that lines may stand in. The first of them counts as
// standing in column 0 where it follows at once.
static bool open(Scanner *s, TSLexer *lexer, enum Token kind) {
  advance(lexer);
  lexer->mark_end(lexer);
  unsigned column = following(lexer) == '\n' ? skip_gap(lexer, false).column : 0;
  lexer->result_symbol = kind;
  return push(s, column, BRACKET);
}

static bool scan(Scanner *s, TSLexer *lexer, const bool *valid) {
  bool recovering = valid[ERROR];
  if (valid[START] && s->depth == 0) {
    lexer->mark_end(lexer);
    lexer->result_symbol = START;
    return push(s, skip_gap(lexer, true).column, 0);
  }
  if ((valid[DOLLAR] || valid[UNCLOSED]) && !recovering) {
    if (valid[UNCLOSED] && (at_end(lexer) || at_line_end(lexer))) {
      lexer->mark_end(lexer);
      lexer->result_symbol = UNCLOSED;
      return true;
    }
    if (!valid[DOLLAR] || lexer->lookahead != '$') return false;
    advance(lexer);
    return lexer->lookahead == '(' && open(s, lexer, DOLLAR);
  }
  if (valid[INDEX] && !recovering && lexer->lookahead == '[') {
    advance(lexer);
    lexer->mark_end(lexer);
    skip_blanks(lexer);
    lexer->result_symbol = INDEX;
    return lexer->lookahead != ']'; // [] is an empty array
  }
  lexer->mark_end(lexer);
  Gap gap = skip_gap(lexer, true);
  bool ends = gap.lines && (valid[NEWLINE] || valid[INDENT] || valid[DEDENT]);
  if (at_end(lexer) && !gap.slash) return close_block(s, lexer, valid);
  if (!gap.slash) {
    switch (lexer->lookahead) {
      case ')':
        if (close_block(s, lexer, valid)) return true;
        if (gap.comment || !valid[CLOSE] || s->depth < 2) return false;
        advance(lexer);
        lexer->mark_end(lexer);
        while (s->depth > 1 && !(top(s) & BRACKET)) s->depth--;
        if (s->depth > 1) s->depth--;
        lexer->result_symbol = CLOSE;
        return true;
      case '|': // two close the lines of an alternative, one joins lines
        advance(lexer);
        return lexer->lookahead == '|' && close_block(s, lexer, valid);
      case ';':
        return false;
      case '\\':
        if (gap.comment || !valid[CHILD]) return false;
        advance(lexer);
        lexer->mark_end(lexer);
        lexer->result_symbol = CHILD;
        return push(s, (top(s) & COLUMN) + 2, 0);
    }
  }
  if (ends) return line_end(s, lexer, valid, gap);
  if (gap.comment) return false;
  int32_t c = gap.slash ? '/' : lexer->lookahead;
  if (c == '(') return valid[OPEN] && open(s, lexer, OPEN);
  if (recovering) return false;
  if (valid[SUM] && !gap.lines) {
    switch (c) {
      case '+': case '-': case '*': case '/': case '%': case '<': case '>':
      case '=': case '!': case 'a': case 'o':
        return operator(s, lexer, valid, gap.slash);
    }
  }
  if (c == '/' || c == 'r') return valid[REGEX_START] && regex(lexer, gap.slash);
  return (c == 'i' || c == 'u') && valid[POSTFIX] && postfix(lexer);
}

void *tree_sitter_flor_external_scanner_create(void) { return calloc(1, sizeof(Scanner)); }

void tree_sitter_flor_external_scanner_destroy(void *payload) { free(payload); }

unsigned tree_sitter_flor_external_scanner_serialize(void *payload, char *buffer) {
  Scanner *s = payload;
  for (unsigned i = 0; i < s->depth; i++) {
    buffer[2 * i] = (char)(s->level[i] >> 8);
    buffer[2 * i + 1] = (char)(s->level[i] & 0xff);
  }
  return 2 * s->depth;
}

void tree_sitter_flor_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *s = payload;
  s->depth = length / 2;
  for (unsigned i = 0; i < s->depth; i++)
    s->level[i] = (uint16_t)((uint8_t)buffer[2 * i] << 8 | (uint8_t)buffer[2 * i + 1]);
}

bool tree_sitter_flor_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  return scan(payload, lexer, valid);
}
