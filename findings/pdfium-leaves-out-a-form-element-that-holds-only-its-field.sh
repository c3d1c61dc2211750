#!/usr/bin/env bash
# PDFium: a form element of a tagged page that holds its field and nothing else is not in the structure tree.
#
# One would expect: a Form element whose only kid is the reference to its field, as the standard asks for, stands in the tree
# that a reader is given, as it does in pdf.js.
# PDFium, the reader in Chrome and Edge, leaves it out, and with it a table cell that holds nothing but such an element. With
# a mark of its own beside the field (a letter, a line), both are there.
# For this product: a cell that holds only a field has a mark of its own as well (documents/fillable_canvas.py), and the tests
# ask pdf.js for the fields.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install -q pikepdf==10.18.0 pypdfium2==5.15.2 >pip.log 2>&1 || { cat pip.log; exit 2; }
npm install --silent --no-audit --no-fund pdfjs-dist@6.5.438 >npm.log 2>&1 || { cat npm.log; exit 2; }
cat >tree.mjs <<'JS'
import { readFileSync } from "node:fs";
// Node 20 lacks what this version of pdf.js expects of a browser.
Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};
const { getDocument } = await import("./node_modules/pdfjs-dist/legacy/build/pdf.mjs");
const file = await getDocument({ data: new Uint8Array(readFileSync(process.argv[2])), verbosity: 0 }).promise;
const roles = (node) => (node.role ? [node.role] : []).concat(...(node.children ?? []).map(roles));
console.log(roles(await (await file.getPage(1)).getStructTree()).filter((role) => role !== "Root").join(" "));
process.exit(0);
JS
env/bin/python - <<'PY'
import ctypes
import subprocess
import sys

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, String
from pypdfium2 import raw


def make(name: str, *, marked: bool) -> str:
    """A tagged page with a paragraph and a table of one cell, in which a text field is; with or without a mark beside it."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(300, 300))
    field = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("one"), TU=String("The answer"),
                   Rect=Array([40, 100, 260, 130]), F=4, StructParent=1, P=page.obj)
    )
    page.obj.Annots = Array([field])
    page.obj.StructParents = 0
    page.obj.Tabs = Name.S
    drawing = b"/P <</MCID 0>> BDC 40 200 m 80 200 l S EMC\n"
    drawing += b"/Form <</MCID 1>> BDC 40 99 m 260 99 l S EMC" if marked else b"/Artifact BMC 40 99 m 260 99 l S EMC"
    page.obj.Contents = pdf.make_stream(drawing)
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document, paragraph, table, row, cell, form = (
        pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{role}"), Pg=page.obj))
        for role in ("Document", "P", "Table", "TR", "TD", "Form")
    )
    for parent, kids in ((root, [document]), (document, [paragraph, table]), (table, [row]), (row, [cell]), (cell, [form])):
        parent.K = Array(kids)
        for kid in kids:
            kid.P = parent
    paragraph.K = 0
    reference = Dictionary(Type=Name.OBJR, Obj=field, Pg=page.obj)
    form.K = Array([1, reference]) if marked else reference
    by_mark = Array([paragraph, form] if marked else [paragraph])
    root.ParentTree = Dictionary(Nums=Array([0, by_mark, 1, form]))
    root.ParentTreeNextKey = 2
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.Lang = String("en")
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    pdf.save(name)
    return name


def told(name: str) -> str:
    """The roles in PDFium's structure tree, in order."""
    page = pypdfium2.PdfDocument(name)[0]
    tree = raw.FPDF_StructTree_GetForPage(page)
    found = []

    def look(element: object) -> None:
        buffer = ctypes.create_string_buffer(100)
        size = raw.FPDF_StructElement_GetType(element, buffer, 100)
        found.append(buffer.raw[: max(size - 2, 0)].decode("utf-16-le"))
        for at in range(raw.FPDF_StructElement_CountChildren(element)):
            if child := raw.FPDF_StructElement_GetChildAtIndex(element, at):
                look(child)

    for at in range(raw.FPDF_StructTree_CountChildren(tree)):
        look(raw.FPDF_StructTree_GetChildAtIndex(tree, at))
    return " ".join(found)


def told_by_pdf_js(name: str) -> str:
    return subprocess.run(["node", "tree.mjs", name], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


bare, marked = make("bare.pdf", marked=False), make("marked.pdf", marked=True)
print("pypdfium2", pypdfium2.PYPDFIUM_INFO, "and pdfjs-dist 6.5.438")
print("field alone, PDFium:         ", told(bare))
print("field alone, pdf.js:         ", told_by_pdf_js(bare))
print("field beside a mark, PDFium: ", told(marked))
print("field beside a mark, pdf.js: ", told_by_pdf_js(marked))
whole = "Document P Table TR TD Form"
still = "Form" not in told(bare) and told(marked) == whole and told_by_pdf_js(bare) == whole
print("still so" if still else "changed")
sys.exit(0 if still else 1)
PY
