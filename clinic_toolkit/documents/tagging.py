"""The structure of a tagged PDF: what each piece of a page is, in reading order, for screen readers.

Blocks tell the canvas what they draw with `canvas.element(role)` (`tagged_canvas.py`), and the elements
become the tree that is written into the file.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What a piece of a page is; the value is the name of the structure type in the file."""

    DOCUMENT = "Document"
    SECTION = "Sect"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"
    PARAGRAPH = "P"
    QUOTE = "BlockQuote"
    LIST = "L"
    ITEM = "LI"
    LABEL = "Lbl"
    BODY = "LBody"
    TABLE = "Table"
    ROW = "TR"
    HEAD_CELL = "TH"
    CELL = "TD"
    CAPTION = "Caption"
    FIGURE = "Figure"
    FORM = "Form"


class Scope(StrEnum):
    """Which cells a header cell is about."""

    COLUMN = "Column"
    ROW = "Row"


# What is drawn directly in any other element is a rule, a frame or a wash: an artifact.
CONTENT_ROLES = frozenset(
    (
        Role.H1,
        Role.H2,
        Role.H3,
        Role.PARAGRAPH,
        Role.LABEL,
        Role.BODY,
        Role.HEAD_CELL,
        Role.CELL,
        Role.CAPTION,
        Role.FIGURE,
        Role.FORM,
    )
)
# An item or a row that stands alone gets its list or table, which the next one joins.
IMPLICIT_PARENTS = {Role.ITEM: Role.LIST, Role.ROW: Role.TABLE}


class Mark(Struct, frozen=True):
    """One stretch of drawing on a page, by its number there."""

    page: int
    number: int


class FieldReference(Struct, frozen=True):
    """A form field on a page, by the object name of its annotation in the file."""

    page: int
    name: str


class Element:
    """One node of the structure tree; its kids are in reading order, over all pages."""

    __slots__ = ("alt", "attributes", "is_implicit", "kids", "lang", "parent", "role")

    def __init__(
        self,
        role: Role,
        parent: "Element | None",
        *,
        alt: str = "",
        lang: str = "",
        attributes: str = "",
        is_implicit: bool = False,
    ) -> None:
        self.role, self.parent, self.is_implicit = role, parent, is_implicit
        self.alt, self.lang, self.attributes = alt, lang, attributes
        self.kids: list[Element | Mark | FieldReference] = []
        if parent is not None:
            parent.kids.append(self)


class StructureTree:
    """All elements of a document, and which of them each mark and each form field belongs to."""

    def __init__(self) -> None:
        self.root = Element(Role.DOCUMENT, None)
        # The parent tree: at the key of a page the element of each mark, at that of a field its one element.
        self.entries: list[list[Element]] = []
        self.page_keys: dict[int, int] = {}
        self.field_keys: set[int] = set()

    def elements(self) -> Iterator[Element]:
        """Every element, in reading order."""
        waiting: list[Element] = [self.root]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += [kid for kid in reversed(element.kids) if isinstance(kid, Element)]

    def add_element(
        self, role: Role, parent: Element, *, alt: str, lang: str, scope: Scope, numbered: bool
    ) -> Element:
        """Add an element as the last one in its parent, with a list or table around it if it needs one."""
        wanted = IMPLICIT_PARENTS.get(role)
        if wanted is not None and parent.role != wanted:
            last = parent.kids[-1] if parent.kids else None
            if isinstance(last, Element) and last.is_implicit and last.role == wanted:
                parent = last
            else:
                attributes = _attributes(wanted, scope, numbered)
                parent = Element(wanted, parent, attributes=attributes, is_implicit=True)
        attributes = _attributes(role, scope, numbered)
        return Element(role, parent, alt=alt, lang=lang, attributes=attributes)

    def add_mark(self, element: Element, page: int) -> int:
        """Count one more stretch of drawing on this page to the element; returns its number there."""
        if page not in self.page_keys:
            self.page_keys[page] = len(self.entries)
            self.entries.append([])
        owners = self.entries[self.page_keys[page]]
        owners.append(element)
        element.kids.append(Mark(page, len(owners) - 1))
        return len(owners) - 1

    def add_field(self, element: Element, page: int, name: str) -> int:
        """Count a form field to the element; returns its key in the parent tree."""
        element.kids.append(FieldReference(page, name))
        self.entries.append([element])
        self.field_keys.add(len(self.entries) - 1)
        return len(self.entries) - 1


def format_element(
    element: Element,
    parent: str,
    refer: Callable[[Element], str],
    refer_to_name: Callable[[str], str],
    quote: Callable[[str], str],
) -> str:
    """The dictionary of one element, as it is written into the file.

    Args:
        element: the element.
        parent: the reference to its parent, such as "12 0 R".
        refer: gives the reference to an element.
        refer_to_name: gives the reference to an object of the file by its name.
        quote: turns text into a string of the file.
    """
    first_page = next((kid.page for kid in element.kids if not isinstance(kid, Element)), None)
    kids = []
    for kid in element.kids:
        if isinstance(kid, Element):
            kids.append(refer(kid))
        elif isinstance(kid, FieldReference):
            page = refer_to_name(page_name(kid.page))
            kids.append(f"<</Type/OBJR/Pg {page}/Obj {refer_to_name(kid.name)}>>")
        elif kid.page == first_page:
            kids.append(str(kid.number))
        else:
            kids.append(f"<</Type/MCR/Pg {refer_to_name(page_name(kid.page))}/MCID {kid.number}>>")
    parts = [f"<</S/{element.role}/P {parent}"]
    if first_page is not None:
        parts.append(f"/Pg {refer_to_name(page_name(first_page))}")
    for key, text in (("Alt", element.alt), ("Lang", element.lang)):
        if text:
            parts.append(f"/{key}{quote(text)}")
    if element.attributes:
        parts.append(f"/A{element.attributes}")
    if kids:
        parts.append(f"/K {kids[0]}" if len(kids) == 1 else f"/K[{' '.join(kids)}]")
    return "".join((*parts, ">>"))


def page_name(page: int) -> str:
    """The name by which ReportLab knows a page, counted from 0."""
    return f"Page{page + 1}"


def _attributes(role: Role, scope: Scope, numbered: bool) -> str:
    if role == Role.HEAD_CELL:
        return f"<</O/Table/Scope/{scope}>>"
    if role == Role.LIST:
        return f"<</O/List/ListNumbering/{'Decimal' if numbered else 'Disc'}>>"
    return ""
