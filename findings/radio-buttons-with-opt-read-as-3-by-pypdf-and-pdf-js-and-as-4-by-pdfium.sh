#!/usr/bin/env bash
# Radio buttons in a PDF that carry their values in /Opt: half of the readers return the place of the button instead.
#
# One would expect: the value of a group of radio buttons is what its maker called the chosen button.
# It is not so: the format lets a form name its buttons 0, 1, 2, … and keep their values in a list beside them (forms
# made elsewhere do). PDFium and pdf-lib look the value up; pypdf, pikepdf and pdf.js give the bare place.
# On a scale of 1 to 5 the place is a number too: a 4 is read as 3, and nothing looks wrong.
# For this product: a sheet that comes back is read by our own list of values, and so is a foreign form: /Opt first,
# where the group has it; a number that came from a name of a button without that look-up is not an answer.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q reportlab==5.1.0 pikepdf==10.18.0 pypdf==7.1.1 pypdfium2==5.15.2 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
cd "$work"
npm install --silent --no-fund --no-audit pdfjs-dist@5.6.205 pdf-lib@1.17.1 >npm.log 2>&1 || { cat npm.log; exit 2; }
cat >scale.py <<'PY'
import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfgen.canvas import Canvas

canvas = Canvas("plain.pdf")
canvas.drawString(50, 750, "How well did you sleep, from 1 to 5?")
for place in range(5):
    canvas.acroForm.radio(name="slept", value=f"v{place}", x=50 + 40 * place, y=700, selected=False)
canvas.save()
with pikepdf.open("plain.pdf") as pdf:
    group = pdf.Root.AcroForm.Fields[0]
    for place, button in enumerate(group.Kids):
        drawn = button.AP.N
        button.AP = Dictionary(N=Dictionary({f"/{place}": drawn[f"/v{place}"], "/Off": drawn["/Off"]}))
        button.AS = Name("/3") if place == 3 else Name.Off
    group.V = Name("/3")
    group.Opt = Array([String(str(value)) for value in range(1, 6)])
    pdf.save("scale.pdf")
PY
"$work/env/bin/python" scale.py
cat >read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { PDFDocument } from 'pdf-lib';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
const file = readFileSync('scale.pdf');
const page = await (await getDocument({ data: new Uint8Array(file), verbosity: 0 }).promise).getPage(1);
console.log('pdf.js 5.6.205:', (await page.getAnnotations())[0].fieldValue);
console.log('pdf-lib 1.17.1:', (await PDFDocument.load(file)).getForm().getRadioGroup('slept').getSelected());
JS
cat >read.py <<'PY'
import ctypes
import sys

import pikepdf
import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf.form import Form

document = pypdfium2.PdfDocument("scale.pdf")
document.init_forms()
page = document[0]
annotation = pdfium.FPDFPage_GetAnnot(page.raw, 0)
room = ctypes.create_string_buffer(64)
pdfium.FPDFAnnot_GetFormFieldValue(document.formenv.raw, annotation, ctypes.cast(room, ctypes.POINTER(pdfium.FPDF_WCHAR)), 64)
seen = {
    f"pypdf {pypdf.__version__}": str(pypdf.PdfReader("scale.pdf").get_fields()["slept"]["/V"]).lstrip("/"),
    f"pikepdf {pikepdf.__version__}": str(Form(pikepdf.open("scale.pdf"))["slept"].value).lstrip("/"),
    f"PDFium in pypdfium2 {pypdfium2.PYPDFIUM_INFO.version}": room.raw.decode("utf-16-le").rstrip("\0"),
} | dict(line.strip().split(": ") for line in sys.stdin)
print("the fourth of five buttons is chosen, its value is 4; read as:")
for name, value in seen.items():
    print(f"{name}: {value}")
by_name = {name.split()[0]: value for name, value in seen.items()}
still = by_name == {"pypdf": "3", "pikepdf": "3", "pdf.js": "3", "PDFium": "4", "pdf-lib": "4"}
print("still so" if still else "changed")
sys.exit(not still)
PY
node read.mjs | "$work/env/bin/python" read.py
