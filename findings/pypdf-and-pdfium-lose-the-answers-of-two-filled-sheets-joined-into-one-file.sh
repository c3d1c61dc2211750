#!/usr/bin/env bash
# pypdf, PDFium and pdfunite: two filled copies of one sheet, joined, no longer give the answers of both by name.
#
# One would expect: joining two PDF files keeps the fields of each, or says that their names clash.
# It is not so. pypdf's append writes each name twice and get_fields() then knows the second copy only. PDFium's
# import_pages carries no form over: no field at all is found by name, and the radio buttons have lost their group.
# pdfunite (where it is installed) keeps the text fields of the first copy and no radio group. On paper and on the
# screen all three look complete, and none says a word. add_form_topname() in pypdf keeps both.
# For this product: read a returned sheet before it is joined with anything; in a file with several pages of one
# sheet, read the widgets of each page rather than the list of fields, and ask when a name comes twice.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q reportlab==5.1.0 pypdf==7.1.1 pypdfium2==5.15.2 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
cd "$work"
cat >sheets.py <<'PY'
import pypdf
import pypdfium2
from reportlab.pdfgen.canvas import Canvas

canvas = Canvas("sheet.pdf")
canvas.drawString(50, 750, "How was the week?")
canvas.acroForm.textfield(name="mood", x=50, y=700, width=200, height=20, maxlen=200)
for place, value in enumerate(("never", "some", "often")):
    canvas.acroForm.radio(name="slept", value=value, x=50 + 40 * place, y=650, selected=False)
canvas.save()
for name, answers in (("first.pdf", {"mood": "3", "slept": "/some"}), ("second.pdf", {"mood": "8", "slept": "/often"})):
    writer = pypdf.PdfWriter(clone_from="sheet.pdf")
    writer.update_page_form_field_values(writer.pages[0], answers)
    writer.write(name)

plain, named, pages = pypdf.PdfWriter(), pypdf.PdfWriter(), pypdfium2.PdfDocument.new()
for name in ("first.pdf", "second.pdf"):
    plain.append(name)
    reader = pypdf.PdfReader(name)
    reader.add_form_topname(name.removesuffix(".pdf"))
    named.append(reader)
    pages.import_pages(pypdfium2.PdfDocument(name))
plain.write("pypdf.pdf")
named.write("topname.pdf")
pages.save("pdfium.pdf")
PY
"$work/env/bin/python" sheets.py
pdfunite first.pdf second.pdf pdfunite.pdf 2>pdfunite.log || true
cat >read.py <<'PY'
import logging
import sys
from pathlib import Path

import pypdf
import pypdfium2

logging.disable(logging.CRITICAL)  # pypdf names an object that pdfunite left out

def answers(name: str) -> dict[str, str]:
    fields = pypdf.PdfReader(name).get_fields() or {}
    return {key: str(field["/V"]) for key, field in fields.items() if "/V" in field}


print("pypdf", pypdf.__version__, "and PDFium through pypdfium2", pypdfium2.PYPDFIUM_INFO.version)
seen = {}
for name in ("first.pdf", "second.pdf", "pypdf.pdf", "pdfium.pdf", "topname.pdf", "pdfunite.pdf"):
    if Path(name).exists():
        seen[name] = answers(name)
        print(f"{name}: {seen[name]}")
still = (
    seen["pypdf.pdf"] == seen["second.pdf"] == {"mood": "8", "slept": "/often"}
    and seen["pdfium.pdf"] == {}
    and {"first.mood", "second.mood"} <= set(seen["topname.pdf"])
)
print("still so" if still else "changed")
sys.exit(not still)
PY
"$work/env/bin/python" read.py
