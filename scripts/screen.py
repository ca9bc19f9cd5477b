"""Draws what a command printed in a terminal, with its colours, as SVG."""

import re
import sys
from html import escape

COLORS = {"31": "#cf222e", "32": "#1a7f37", "33": "#9a6700", "34": "#0969da", "35": "#8250df", "36": "#1b7c83"}
WIDTH, HEIGHT, LEFT, TOP = 8.4, 19, 14, 26


def style(codes):
    """What a select graphic rendition (ECMA-48) asks for, as attributes."""
    attrs = ""
    for code in codes.split(";"):
        if code == "1":
            attrs += ' font-weight="bold"'
        elif code == "2":
            attrs += ' fill="#6e7781"'
        elif code in COLORS:
            attrs += f' fill="{COLORS[code]}"'
    return attrs


def spans(line):
    """The parts of a line, each at its own column: fonts differ in width."""
    column, attrs, drawn = 0, "", ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b"):
            attrs = style(part[2:-1])
            continue
        for word in re.finditer(r"\S+(?: \S+)*", part):
            x = LEFT + (column + word.start()) * WIDTH
            length = len(word[0]) * WIDTH
            drawn += f'<tspan x="{x:.1f}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"{attrs}>{escape(word[0])}</tspan>'
        column += len(part)
    return drawn, column


lines = [f"\x1b[2m$\x1b[0m {sys.argv[1]}"] + sys.stdin.read().replace("\r", "").rstrip("\n").split("\n")
drawn = [spans(line.expandtabs()) for line in lines]
width = LEFT * 2 + max(columns for _, columns in drawn) * WIDTH
height = TOP + len(lines) * HEIGHT
print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" viewBox="0 0 {width:.0f} {height}">')
print(f'<rect width="100%" height="100%" rx="6" fill="#f6f8fa" stroke="#d0d7de"/>')
print('<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" fill="#1f2328" xml:space="preserve">')
for i, (text, _) in enumerate(drawn):
    print(f'<text y="{TOP + i * HEIGHT}">{text}</text>')
print("</g>\n</svg>")
