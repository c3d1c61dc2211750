"""The structure tree of a PDF as PDFium and pdf.js see it: what a screen reader on top of them could find.

Poppler prints a tree also where these two see none, so it is not asked.
"""

import ctypes
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from msgspec import Struct


class Node(Struct, frozen=True):
    """One element: its type, its alternative text, the numbers of its marks on the page, its kids."""

    role: str
    alt: str
    marks: tuple[int, ...]
    kids: tuple["Node", ...]

    def all(self) -> "Iterator[Node]":
        """This element and all within it, in reading order."""
        yield self
        for kid in self.kids:
            yield from kid.all()

    def roles(self) -> list[str]:
        """Their types."""
        return [each.role for each in self.all()]


def read_structure(pdf: bytes) -> list[list[Node]]:
    """The tree of each page; an empty list for a page on which PDFium sees none."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [list(_page_nodes(page)) for page in document]
    finally:
        document.close()


PDFJS = Path(__file__).resolve().parents[1] / "fixtures" / "pdfjs"


class TextNode(Struct, frozen=True):
    """One element as pdf.js sees it, with the text that is drawn in it."""

    role: str
    alt: str
    text: str
    kids: tuple["TextNode", ...]

    def all(self) -> "Iterator[TextNode]":
        """This element and all within it, in reading order."""
        yield self
        for kid in self.kids:
            yield from kid.all()


class ReadPage(Struct, frozen=True):
    """One page as pdf.js sees it: its tree, and the text of its artifacts."""

    tree: tuple[TextNode, ...]
    outside: str


def find_node() -> str:
    """The JavaScript engine that ships inside Playwright; where there is none, the test is skipped."""
    try:
        from playwright._impl._driver import compute_driver_executable
    except ImportError:
        program = ""
    else:
        program, _ = compute_driver_executable()
    if not Path(program).is_file():
        pytest.skip("no JavaScript engine here: Playwright is not installed")
    return program


def read_with_pdfjs(pdfs: Sequence[bytes], folder: Path) -> list[list[ReadPage]]:
    """What pdf.js finds in each file, for each of its pages; it is started once for all of them."""
    paths = [folder / f"{number}.pdf" for number in range(len(pdfs))]
    for path, pdf in zip(paths, pdfs, strict=True):
        path.write_bytes(pdf)
    said = subprocess.run(
        [find_node(), str(PDFJS / "read_structure.mjs")],
        input="\n".join(map(str, paths)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    return [[_read_page(page) for page in json.loads(line)] for line in said.stdout.splitlines()]


def _read_page(page: dict[str, Any]) -> ReadPage:
    return ReadPage(tuple(_text_node(node) for node in page["tree"]), " ".join(page["outside"].split()))


def _text_node(node: dict[str, Any]) -> TextNode:
    kids = tuple(_text_node(kid) for kid in node["kids"])
    return TextNode(node["role"], node["alt"], " ".join(node["text"].split()), kids)


def _page_nodes(page: Any) -> Iterator[Node]:
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    if not tree:
        return
    try:
        for index in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            yield _node(pdfium.FPDF_StructTree_GetChildAtIndex(tree, index))
    finally:
        pdfium.FPDF_StructTree_Close(tree)


def _node(element: Any) -> Node:
    indices = range(pdfium.FPDF_StructElement_CountChildren(element))
    marks = [pdfium.FPDF_StructElement_GetChildMarkedContentID(element, index) for index in indices]
    kids = [pdfium.FPDF_StructElement_GetChildAtIndex(element, index) for index in indices]
    return Node(
        _text(pdfium.FPDF_StructElement_GetType, element),
        _text(pdfium.FPDF_StructElement_GetAltText, element),
        tuple(mark for mark in marks if mark >= 0),
        tuple(_node(kid) for kid in kids if kid),
    )


def _text(ask: Callable[..., int], element: Any) -> str:
    length = ask(element, None, 0)
    buffer = ctypes.create_string_buffer(max(length, 2))
    ask(element, buffer, length)
    return buffer.raw[: max(length - 2, 0)].decode("utf-16-le")
