#!/usr/bin/env bash
# PDFium: the letters of a Hebrew word are turned round when it is copied, but not two points of one letter.
#
# One would expect: a word that is drawn from left to right in the exact reverse of its spelling is copied as it is spelled.
# It is not so in PDFium, the reader in Chrome and Edge: where a letter has two points, they come out exchanged. Drawn
# after one another in the order of spelling, before their letter, they are copied right.
# And a letter that is drawn twice at one place, as the two of a ligature are when one has no width, is copied once.
# For this product: a cluster of right-to-left text is spelled for PDFium (documents/line_runs.py), and the tests ask PDFium.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
(apt-get download -q fonts-dejavu-core) >apt.log 2>&1 || { cat apt.log; exit 2; }
dpkg -x ./*.deb fonts
python3 -m venv env
env/bin/pip install -q reportlab==5.1.0 pypdfium2==5.15.2 >pip.log 2>&1 || { cat pip.log; exit 2; }
env/bin/python - <<'PY'
import sys
from io import BytesIO
from pathlib import Path

import pypdfium2
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

pdfmetrics.registerFont(TTFont("DejaVu", str(next(Path("fonts").rglob("DejaVuSans.ttf")))))
SHIN, DOT, PATAH, NUN = "\u05e9", "\u05c1", "\u05b7", "\u05e0"
SPELLED = SHIN + PATAH + DOT + NUN


def copied(*drawn: str, apart: float = 0) -> str:
    """What PDFium copies of texts that are drawn one after the other from left to right."""
    out = BytesIO()
    canvas = Canvas(out)
    for at, text in enumerate(drawn):
        canvas.setFont("DejaVu", 20)
        canvas.drawString(72 + at * apart, 700, text)
    canvas.save()
    return pypdfium2.PdfDocument(out.getvalue())[0].get_textpage().get_text_range()


turned = copied(SPELLED[::-1])
in_order = copied(NUN + PATAH + DOT + SHIN)
twice = copied("\u05dc", "\u05dc")
beside = copied("\u05dc", "\u05dc", apart=14)
print("pypdfium2", pypdfium2.PYPDFIUM_INFO, "of a word spelled", ascii(SPELLED))
print("drawn in reverse:                   ", ascii(turned))
print("points in the order of spelling:    ", ascii(in_order))
print("one letter drawn twice at one place:", ascii(twice), "and side by side:", ascii(beside))
still = turned == SHIN + DOT + PATAH + NUN and in_order == SPELLED and len(twice) == 1 and len(beside) == 2
print("still so" if still else "changed")
sys.exit(0 if still else 1)
PY
