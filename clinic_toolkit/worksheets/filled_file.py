"""Reading what was typed into a fillable sheet, in the process without keys (`cli/upload_readers.py`).

The file comes from a stranger's machine. So everything about it is counted before it is used, nothing in it
is run or followed, and what is neither ours nor needed is a reason to refuse the file.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from clinic_toolkit.worksheets.block_model import is_printable

if TYPE_CHECKING:
    from pypdf import PdfReader

# poppler puts a whole font of its own into a file with a letter that ours lacks: over a megabyte.
MAX_FILE_BYTES = 3_000_000
MAX_TEXT_LENGTH = 5_000
_MAX_OBJECTS = 20_000
_MAX_FIELDS = 1_000
_MAX_DEPTH = 24
_FIELD_NAME = re.compile(r"([a-z0-9]{16})_(b[0-9]{1,2}(?:_[a-z0-9]{1,6}){1,3})", re.ASCII)
_ACTIONS = frozenset(
    "/JavaScript /Launch /SubmitForm /ImportData /GoToR /GoToE /Rendition /Sound /Movie /URI".split()
)
_ATTACHMENTS = frozenset("/Filespec /EmbeddedFile /FileAttachment /RichMedia /Screen /Movie /Sound".split())
_LINE_END = re.compile("\r\n|\r|\u2028|\u2029")


class FilledFileProblem(StrEnum):
    """Why a file is not read."""

    TOO_LARGE = "too large"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    SCRIPTS = "scripts"
    ATTACHMENTS = "attachments"
    OTHER_FORM = "other form"
    NO_FIELDS = "no fields"
    MIXED = "mixed"
    TOO_LONG = "too long"


class FilledFileRefused(Exception):
    """A file is not read; `problem` says why. The text holds nothing of the file."""

    def __init__(self, problem: FilledFileProblem) -> None:
        super().__init__(problem)
        self.problem = problem


class FilledFile(Struct, frozen=True, kw_only=True):
    """What a file holds: the code of its sheet, and what stands in each field that is not empty, by id."""

    code: str
    values: dict[str, str]


def read_filled_file(data: bytes) -> FilledFile:
    """Read what was typed, ticked and chosen.

    Raises:
        FilledFileRefused: the file is no filled sheet of ours, or holds more than one may.
        MemoryError: reading needs more memory than the process may use.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FilledFileRefused(FilledFileProblem.TOO_LARGE)
    try:
        return _read(data)
    except (FilledFileRefused, MemoryError):
        raise
    # A malformed file can make the library fail in any way; the process ends after this file in any case.
    except Exception as error:
        raise FilledFileRefused(FilledFileProblem.BROKEN) from error


def clean_text(text: str) -> str:
    """The text with one kind of line end, without characters that cannot be seen, and without empty ends.

    A reader writes Enter as CR LF, as LF or as CR.
    """
    lines = _LINE_END.sub("\n", text).replace("\t", " ").split("\n")
    return "\n".join("".join(filter(is_printable, line)) for line in lines).strip()


def _read(data: bytes) -> FilledFile:
    from pypdf import PdfReader

    if not data.startswith(b"%PDF-"):
        raise FilledFileRefused(FilledFileProblem.BROKEN)
    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise FilledFileRefused(FilledFileProblem.ENCRYPTED)
    form = _dictionary(reader.root_object.get("/AcroForm"))
    if "/XFA" in form:
        raise FilledFileRefused(FilledFileProblem.OTHER_FORM)
    _refuse_active_content(reader)
    codes: set[str] = set()
    values: dict[str, str] = {}
    for name, field in _list_fields(form):
        match = _FIELD_NAME.fullmatch(name)
        if match is None:
            continue
        codes.add(match[1])
        if value := _field_value(field):
            values[match[2].replace("_", ".")] = value
    if len(codes) != 1:
        raise FilledFileRefused(FilledFileProblem.MIXED if codes else FilledFileProblem.NO_FIELDS)
    return FilledFile(code=codes.pop(), values=values)


def _refuse_active_content(reader: "PdfReader") -> None:
    """Look at every object of the file, whether a page refers to it or not."""
    from pypdf.generic import IndirectObject

    numbers = {(number, generation) for generation, known in reader.xref.items() for number in known}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > _MAX_OBJECTS:
        raise FilledFileRefused(FilledFileProblem.TOO_LARGE)
    for number, generation in sorted(numbers):
        if number:
            _check_object(IndirectObject(number, generation, reader).get_object(), 0)
    _check_object(reader.trailer, 0)


def _check_object(value: object, depth: int) -> None:
    from pypdf.generic import IndirectObject

    if depth > _MAX_DEPTH:
        raise FilledFileRefused(FilledFileProblem.BROKEN)
    if isinstance(value, dict):
        if "/JS" in value or "/AA" in value or _resolve(value.get("/S")) in _ACTIONS:
            raise FilledFileRefused(FilledFileProblem.SCRIPTS)
        if "/EmbeddedFiles" in value or "/EF" in value or "/AF" in value:
            raise FilledFileRefused(FilledFileProblem.ATTACHMENTS)
        if any(_resolve(value.get(key)) in _ATTACHMENTS for key in ("/Type", "/Subtype")):
            raise FilledFileRefused(FilledFileProblem.ATTACHMENTS)
        if "/XFA" in value:
            raise FilledFileRefused(FilledFileProblem.OTHER_FORM)
        inner: list[object] = list(dict.values(value))
    elif isinstance(value, list):
        inner = list(list.__iter__(value))
    else:
        return
    for each in inner:
        # Another object of the file is looked at under its own number.
        if not isinstance(each, IndirectObject):
            _check_object(each, depth + 1)


def _list_fields(form: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each field that holds a value, with its full name."""
    waiting = [("", each, 0) for each in _items(form.get("/Fields"))]
    seen = 0
    while waiting:
        prefix, each, depth = waiting.pop()
        seen += 1
        if seen > _MAX_FIELDS or depth > _MAX_DEPTH:
            raise FilledFileRefused(FilledFileProblem.TOO_LARGE)
        field = _dictionary(each)
        name = f"{prefix}.{field['/T']}".removeprefix(".") if "/T" in field else prefix
        named_kids = [kid for kid in _items(field.get("/Kids")) if "/T" in _dictionary(kid)]
        if named_kids:
            waiting += [(name, kid, depth + 1) for kid in named_kids]
        else:
            yield name, field


def _field_value(field: Mapping[str, Any]) -> str:
    """What the field holds: a text, or the code of what is ticked or chosen; "" if it is empty."""
    value = _resolve(field.get("/V"))
    if _resolve(field.get("/FT")) == "/Btn":
        if value is None:
            states = [_resolve(_dictionary(each).get("/AS")) for each in (field, *_items(field.get("/Kids")))]
            value = next((state for state in states if state not in (None, "/Off")), None)
        code = str(value or "").removeprefix("/")
        return "" if code == "Off" else code[:40]
    if value is None:
        return ""
    if hasattr(value, "get_data"):
        value = value.get_data()
    text = _decode_bytes(value) if isinstance(value, bytes) else str(value)
    if len(text) > MAX_TEXT_LENGTH:
        raise FilledFileRefused(FilledFileProblem.TOO_LONG)
    return clean_text(text)


def _decode_bytes(value: bytes) -> str:
    for mark, encoding in (
        (b"\xfe\xff", "utf-16-be"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xef\xbb\xbf", "utf-8"),
    ):
        if value.startswith(mark):
            return value[len(mark) :].decode(encoding, "replace")
    return value.decode("latin-1")


def _resolve(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _dictionary(value: Any) -> Mapping[str, Any]:
    found = _resolve(value)
    return found if isinstance(found, Mapping) else {}


def _items(value: Any) -> list[Any]:
    found = _resolve(value)
    return list(found) if isinstance(found, list) else []
