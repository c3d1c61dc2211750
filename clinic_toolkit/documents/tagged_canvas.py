"""The canvas of all papers: it draws, and keeps what each piece of the drawing is.

Whatever is drawn in no element is marked as an artifact, so no drawing is ever left untagged. It imports
ReportLab, so it is imported only where a paper is drawn.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import format as write_object
from reportlab.pdfgen.canvas import Canvas

from clinic_toolkit.documents import tagging
from clinic_toolkit.documents.printable_text import clean_text
from clinic_toolkit.documents.tagging import CONTENT_ROLES, Element, Role, Scope, StructureTree

# The ends of what only sets a colour, a width, a dash or a place: alone it draws nothing.
_SETTINGS = (" rg", " RG", " w", " d", " J", " j", " cm", "q", "Q", " gs")
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TITLE = "Document"
# The title and the language again, in the form in which newer readers look for them. That a file meets the
# standard for accessible files (pdfuaid:part) is not claimed: no validator has seen these files.
_METADATA = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    "<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>"
    '</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>\n'
)


class TaggedCanvas(Canvas):
    """A canvas on which blocks say what they draw.

    `with canvas.element(Role.TABLE, owner=self):` opens an element; elements opened within it become its
    kids, and what is drawn in it belongs to it. `with canvas.artifact():` draws what a screen reader should
    pass over.
    """

    _code: list[str]
    _doc: Any

    def __init__(self, file: Any, *, language: str = "en", **settings: Any) -> None:
        self.tree = StructureTree()
        # What is being drawn: an element, or None for an artifact; and the innermost element that is open.
        self._target: Element | None = self.tree.root
        self._innermost = self.tree.root
        self._owned: dict[tuple[Role, int], tuple[object, Element]] = {}
        self._segment_start = 0
        self._language = _known_language(language)
        super().__init__(file, lang=self._language, pdfVersion=(1, 7), **settings)

    @contextmanager
    def element(
        self,
        role: Role,
        *,
        owner: object = None,
        alt: str = "",
        lang: str = "",
        scope: Scope = Scope.COLUMN,
        numbered: bool = False,
    ) -> Iterator[None]:
        """Draw an element of the document.

        What is drawn directly in a list, an item, a table, a row, a quotation, a section or the document is
        an artifact: its rules and frames. A paragraph in an element that holds text itself (a heading, a
        cell, the body of an item …) is no element of its own, nothing in a figure is, and nothing in an
        artifact; but a form field always is. An item without a list, or a row without a table, gets one,
        which the items or rows after it join.

        Args:
            role: what it is.
            owner: an object that the parts of one element share, such as a paragraph that is split over two
                pages: the second part continues the element of the first.
            alt: what a figure shows, or what a form field is for.
            lang: the language of the text, if it is not that of the document.
            scope: for a header cell, whether it is about its column or its row.
            numbered: for a list or an item, whether the items are counted.
        """
        outer = self._target
        if _absorbs(None if outer is None else outer.role, role):
            yield
            return
        self._end_segment()
        enclosing = self._innermost
        key = (role, id(owner))
        if owner is not None and key in self._owned:
            element = self._owned[key][1]
        else:
            element = self.tree.add_element(
                role, enclosing, alt=alt, lang=lang, scope=scope, numbered=numbered
            )
            if owner is not None:
                self._owned[key] = (owner, element)  # the owner is kept, so that its id stays its own
        self._target = self._innermost = element
        try:
            yield
        finally:
            self._end_segment()
            if not element.kids:
                self._mark_empty(element)
            self._target, self._innermost = outer, enclosing

    @contextmanager
    def section(self, language: str = "") -> Iterator[None]:
        """Draw one of several parts of a file. Blocks may be drawn again in the next one, as new elements.

        Args:
            language: the language of the part, if it may be another than that of the file.
        """
        self._owned.clear()
        own = _known_language(language or self._language)
        with self.element(Role.SECTION, lang=own if own != self._language else ""):
            yield

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Draw what is not part of the text: a rule, a repeated head, a page number."""
        outer = self._target
        self._end_segment()
        self._target = None
        try:
            yield
        finally:
            self._end_segment()
            self._target = outer

    def showPage(self) -> None:  # noqa: N802 - the name is ReportLab’s
        """End the page, and tell it which of the structure is drawn on it."""
        self._end_segment()
        super().showPage()
        self._segment_start = 0
        page = self._doc.Pages.pages[-1]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = self.tree.page_keys.get(len(self._doc.Pages.pages) - 1)
        page.Tabs = pdfdoc.PDFName("S")
        # ReportLab would write it in letters as well (ASCII85), a quarter longer.
        page.Contents = pdfdoc.PDFStream(content=page.stream, filters=[pdfdoc.PDFZCompress])

    def save(self) -> None:
        """Write the file with its structure, its title and its language."""
        if self._code:
            self.showPage()
        catalog = self._doc.Catalog
        catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})
        catalog.StructTreeRoot = _StructureRoot(self.tree)
        catalog.Metadata = _make_metadata(self._language)
        self.setViewerPreference("DisplayDocTitle", "true")
        for text, change in (
            (_TITLE, self.setTitle),
            ("", self.setAuthor),
            ("", self.setSubject),
            ("", self.setCreator),
            ("", self.setProducer),
        ):
            change(text)
        super().save()

    def _addAnnotation(self, annotation: Any, name: str | None = None, addtopage: int = 1) -> None:  # noqa: N802 - as above
        """Add a form field; if it is drawn in an element, it becomes a part of it."""
        super()._addAnnotation(annotation, name, addtopage)  # type: ignore[misc]  # not in its types
        if self._target is not None and self._target is not self.tree.root:
            page = len(self._doc.Pages.pages)
            annotation["StructParent"] = self.tree.add_field(self._target, page, annotation.__InternalName__)

    def _end_segment(self) -> None:
        """Mark what was drawn since the last call as a part of the open element, or as an artifact."""
        code, start = self._code, self._segment_start
        if any(not part.endswith(_SETTINGS) for part in code[start:]):
            code.insert(start, self._opening(self._target))
            code.append("EMC")
        self._segment_start = len(code)

    def _mark_empty(self, element: Element) -> None:
        """Give an element a mark around nothing, where no segment is open.

        Readers find an element by its drawing: an empty cell would be missing from its row.
        """
        self._code.append(f"{self._opening(element)} EMC")
        self._segment_start = len(self._code)

    def _opening(self, target: Element | None) -> str:
        if target is None or target.role not in CONTENT_ROLES:
            return "/Artifact BMC"
        number = self.tree.add_mark(target, len(self._doc.Pages.pages))
        return f"/{target.role} <</MCID {number}>> BDC"


def _absorbs(outer: Role | None, inner: Role) -> bool:
    """Whether an element of the role `inner` is no element of its own in `outer`, or in an artifact (None).

    A form field always is: somebody has to find it.
    """
    if inner == Role.FORM:
        return False
    return outer in (None, Role.FIGURE) or (inner == Role.PARAGRAPH and outer in CONTENT_ROLES)


def _known_language(language: str) -> str:
    """The language if it is written as one; English for anything else that a definition may say."""
    return language if _LANGUAGE.fullmatch(language) else "en"


def _make_metadata(language: str) -> Any:
    content = _METADATA.format(title=_TITLE, language=language).encode()
    return pdfdoc.PDFStream(
        pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")}),
        content,
        filters=[],
    )


class _StructureObject(pdfdoc.PDFObject):
    """One element as an object of the file; its text is set when all objects have their numbers."""

    text = b""

    def format(self, document: Any) -> bytes:
        return self.text


class _StructureRoot(pdfdoc.PDFObject):
    """The root of the structure tree, which brings all elements into the file with it."""

    def __init__(self, tree: StructureTree) -> None:
        self.tree = tree

    def format(self, document: Any) -> bytes:
        objects = {element: _StructureObject() for element in self.tree.elements()}
        references = {element: _reference(document, found) for element, found in objects.items()}
        parent_tree = _StructureObject()
        root = _reference(document, self)
        for element, found in objects.items():
            parent = references[element.parent] if element.parent is not None else root
            found.text = tagging.format_element(
                element,
                parent,
                references.__getitem__,
                lambda name: write_object(pdfdoc.PDFObjectReference(name), document).decode("ascii"),
                lambda text: write_object(pdfdoc.PDFString(clean_text(text)), document).decode("latin-1"),
            ).encode("latin-1")
        entries = " ".join(
            f"{key} {references[entry[0]]}"
            if key in self.tree.field_keys
            else f"{key}[{' '.join(references[each] for each in entry)}]"
            for key, entry in enumerate(self.tree.entries)
        )
        parent_tree.text = f"<</Nums[{entries}]>>".encode("ascii")
        return (
            f"<</Type/StructTreeRoot/K {references[self.tree.root]}"
            f"/ParentTree {_reference(document, parent_tree)}/ParentTreeNextKey {len(self.tree.entries)}>>"
        ).encode("ascii")


def _reference(document: Any, found: pdfdoc.PDFObject) -> str:
    reference: bytes = write_object(document.Reference(found), document)
    return reference.decode("ascii")
