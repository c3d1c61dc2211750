"""The structure tree of a PDF as PDFium sees it: what a screen reader on top of it could find."""

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from msgspec import Struct


class Node(Struct, frozen=True):
    """One element: its type, its alternative text, the numbers of its marks on the page, its kids."""

    role: str
    alt: str
    marks: tuple[int, ...]
    kids: tuple["Node", ...]

    def roles(self) -> list[str]:
        """The types of this element and of all within it, in reading order."""
        return [self.role, *(role for kid in self.kids for role in kid.roles())]


def read_structure(pdf: bytes) -> list[list[Node]]:
    """The tree of each page; an empty list for a page on which PDFium sees none."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [list(_page_nodes(page)) for page in document]
    finally:
        document.close()


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
