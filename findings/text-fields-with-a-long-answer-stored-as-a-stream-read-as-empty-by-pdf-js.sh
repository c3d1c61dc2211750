#!/usr/bin/env bash
# The answer in a PDF text field may be stored as a stream: pdf.js, pdf-lib and pikepdf then say the field is empty.
#
# One would expect: a reader that knows text fields knows both ways in which the format stores their value.
# It is not so: pypdf and PDFium give the answer, pdf.js gives "", pdf-lib and pikepdf nothing, none with an error.
# It is what they say of a field that the client left blank as well.
# For this product: read back with a reader that was tried with such a file (pypdf), look at the type of /V ourselves,
# and say "not read" apart from "left blank".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q reportlab==5.1.0 pikepdf==10.18.0 pypdf==7.1.1 pypdfium2==5.15.2 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
cd "$work"
npm install --silent --no-fund --no-audit pdfjs-dist@5.6.205 pdf-lib@1.17.1 >npm.log 2>&1 || { cat npm.log; exit 2; }
cat >sheet.py <<'PY'
import pikepdf
from reportlab.pdfgen.canvas import Canvas

canvas = Canvas("blank.pdf")
canvas.drawString(50, 750, "What helped?")
canvas.acroForm.textfield(name="helped", x=50, y=600, width=400, height=100, maxlen=20000, fieldFlags="multiline")
canvas.save()
with pikepdf.open("blank.pdf") as pdf:
    pdf.Root.AcroForm.Fields[0].V = pdf.make_stream(b"Walking with my sister.")
    pdf.save("sheet.pdf")
PY
"$work/env/bin/python" sheet.py
cat >read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { PDFDocument } from 'pdf-lib';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
const file = readFileSync('sheet.pdf');
const page = await (await getDocument({ data: new Uint8Array(file), verbosity: 0 }).promise).getPage(1);
const field = (await PDFDocument.load(file)).getForm().getTextField('helped');
console.log(JSON.stringify({ 'pdf.js 5.6.205': (await page.getAnnotations())[0].fieldValue, 'pdf-lib 1.17.1': field.getText() ?? '' }));
JS
cat >read.py <<'PY'
import ctypes
import json
import sys

import pikepdf
import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf.form import Form

document = pypdfium2.PdfDocument("sheet.pdf")
document.init_forms()
page = document[0]
annotation = pdfium.FPDFPage_GetAnnot(page.raw, 0)
room = ctypes.create_string_buffer(256)
pdfium.FPDFAnnot_GetFormFieldValue(document.formenv.raw, annotation, ctypes.cast(room, ctypes.POINTER(pdfium.FPDF_WCHAR)), 256)
seen = {
    f"pypdf {pypdf.__version__}": str(pypdf.PdfReader("sheet.pdf").get_form_text_fields()["helped"]),
    f"PDFium in pypdfium2 {pypdfium2.PYPDFIUM_INFO.version}": room.raw.decode("utf-16-le").rstrip("\0"),
    f"pikepdf {pikepdf.__version__}": str(Form(pikepdf.open("sheet.pdf"))["helped"].value or ""),
} | json.load(sys.stdin)
print('a text field with the answer "Walking with my sister." in a stream, read as:')
for name, value in seen.items():
    print(f"{name}: {value!r}")
answered = {name.split()[0] for name, value in seen.items() if value == "Walking with my sister."}
blank = {name.split()[0] for name, value in seen.items() if value == ""}
still = answered == {"pypdf", "PDFium"} and blank == {"pdf.js", "pdf-lib", "pikepdf"}
print("still so" if still else "changed")
sys.exit(not still)
PY
node read.mjs | "$work/env/bin/python" read.py
