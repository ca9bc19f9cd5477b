/**
 * @file The grammar of .flo files for tree-sitter.
 *
 * What needs more than one character of lookahead, or the indentation, is read
 * by src/scanner.c: the ends of lines, the brackets that lines may stand in,
 * what tells an operator from a name and a regular expression from a division.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

module.exports = grammar({
  name: 'flor',

  extras: $ => [/[ \t\r\n\uFEFF]/, $.comment],

  externals: $ => [
    $._start, // before the first line: its column is that of its siblings
    $._newline, // a line end before a line in the same column
    $._indent, // a line end before a deeper line
    $._dedent, // the end of a block
    $._child, // a backslash
    $._open, // (
    $._close, // )
    $._dollar, // $(
    $._or,
    $._and,
    $._equality,
    $._comparison,
    $._sum,
    $._product,
    $._modulo,
    $._postfix, // if or unless behind a head
    $._regex_start, // a slash, and the letters before it
    $._unclosed, // the end of a line in a string that ends with it
    $._index, // [ right behind a name
    $._error, // never made: valid only while the parser recovers
  ],

  word: $ => $.name,

  rules: {
    source_file: $ => seq(optional($._start), optional($._lines)),

    // Lines of one block. A join parts them as a line end does.
    _lines: $ => seq($.statement, repeat(seq($._separator, $.statement))),

    _separator: $ => choice($._newline, $._sibling),

    _sibling: $ => prec.right(seq(choice(';', '|'), optional($._sibling))),

    statement: $ => seq(
      field('head', $._expression),
      repeat($._item),
      optional(field('body', $.block)),
    ),

    block: $ => seq(choice($._indent, alias($._child, '\\')), $._lines, $._dedent),

    _item: $ => seq(optional(','), choice($._argument, $.postfix)),

    _argument: $ => choice($._expression, $.attribute),

    attribute: $ => seq(field('key', $._expression), ':', field('value', $._expression)),

    postfix: $ => prec.right(seq(
      field('word', alias($._postfix, $.keyword)),
      field('condition', $._expression),
      repeat(seq(optional(','), $._argument)),
    )),

    _expression: $ => choice($._operand, $.binary),

    binary: $ => choice(
      prec.left(1, seq(field('left', $._expression), field('operator', alias($._or, $.operator)), field('right', $._right))),
      prec.left(2, seq(field('left', $._expression), field('operator', alias($._and, $.operator)), field('right', $._right))),
      prec.left(3, seq(field('left', $._expression), field('operator', alias($._equality, $.operator)), field('right', $._right))),
      prec.left(4, seq(field('left', $._expression), field('operator', alias($._comparison, $.operator)), field('right', $._right))),
      prec.left(5, seq(field('left', $._expression), field('operator', alias($._sum, $.operator)), field('right', $._right))),
      prec.left(6, seq(field('left', $._expression), field('operator', alias($._product, $.operator)), field('right', $._right))),
      prec.left(7, seq(field('left', $._expression), field('operator', alias($._modulo, $.operator)), field('right', $._right))),
    ),

    _right: $ => choice($._expression, $.negation),

    // A minus behind an operator and a blank; elsewhere it is a name.
    negation: $ => prec(8, seq('-', $._operand)),

    _operand: $ => choice(
      $.number,
      $.true,
      $.false,
      $.null,
      $.name,
      $.reference,
      $.string,
      $.regex,
      $.array,
      $.object,
      $.parenthesized,
    ),

    true: _ => 'true',
    false: _ => 'false',
    null: _ => 'null',

    number: _ => token(prec(1, /[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/)),

    // Anything but blanks, control characters, brackets, quotes and
    // . : ; | , # \ and no two slashes, which start a comment.
    name: _ => token(choice(
      /([^\x00-\x20\x7F.:;|"',()\[\]{}#\\\/\uFEFF]|\/[^\x00-\x20\x7F.:;|"',()\[\]{}#\\\/\uFEFF])+/,
      '/',
    )),

    reference: $ => seq(
      field('root', $.name),
      repeat1(choice(seq(token.immediate('.'), field('field', $.field)), field('index', $.index))),
    ),

    field: _ => token.immediate(prec(1, choice(
      /([^\x00-\x20\x7F.:;|"',()\[\]{}#\\\/]|\/[^\x00-\x20\x7F.:;|"',()\[\]{}#\\\/])+/,
      '/',
    ))),

    index: $ => seq(alias($._index, '['), repeat(choice($._expression, ',', ':', ';')), ']'),

    array: $ => seq('[', repeat(choice($._expression, ',')), ']'),

    object: $ => seq('{', repeat(choice($.pair, ',')), '}'),

    pair: $ => seq(field('key', $._expression), ':', field('value', $._expression)),

    parenthesized: $ => seq(alias($._open, '('), $._lines, alias($._close, ')')),

    string: $ => choice(
      seq("'", repeat(choice(alias($._single, $.string_content), $.escape)), choice(alias($._single_end, "'"), $._unclosed)),
      seq("'''", repeat(choice(alias($._single_lines, $.string_content), $.escape)), alias($._single_lines_end, "'''")),
      seq('"', repeat(choice(alias($._double, $.string_content), $.escape, $.interpolation)), choice(alias($._double_end, '"'), $._unclosed)),
      seq('"""', repeat(choice(alias($._double_lines, $.string_content), $.escape, $.interpolation)), alias($._double_lines_end, '"""')),
    ),

    _single: _ => token.immediate(prec(2, /[^'\\\r\n]+/)),
    _single_end: _ => token.immediate(prec(2, "'")),
    _single_lines: _ => token.immediate(prec(2, /[^'\\]+|'|''/)),
    _single_lines_end: _ => token.immediate(prec(2, "'''")),
    _double: _ => token.immediate(prec(2, /[^"\\$\r\n]+|\$/)),
    _double_end: _ => token.immediate(prec(2, '"')),
    _double_lines: _ => token.immediate(prec(2, /[^"\\$]+|\$|"|""/)),
    _double_lines_end: _ => token.immediate(prec(2, '"""')),

    escape: _ => token.immediate(prec(2, /\\(u[0-9a-fA-F]{4}|[^u\r\n])/)),

    interpolation: $ => seq(
      alias($._dollar, '$('),
      $._lines,
      repeat(seq('||', $._lines)),
      alias($._close, ')'),
    ),

    regex: $ => prec.right(seq(
      alias($._regex_start, '/'),
      repeat(choice(alias($._regex_text, $.regex_content), alias($._regex_escape, $.escape), $.interpolation)),
      alias($._regex_end, '/'),
      optional($.regex_options),
    )),

    _regex_text: _ => token.immediate(prec(2, /[^\/\\$\r\n]+|\$/)),
    _regex_escape: _ => token.immediate(prec(2, /\\[^\r\n]/)),
    _regex_end: _ => token.immediate(prec(2, '/')),
    regex_options: _ => token.immediate(prec(2, /[imxouesn]+/)),

    comment: _ => token(choice(/#[^\r\n]*/, /\/\/[^\r\n]*/)),
  },
});
