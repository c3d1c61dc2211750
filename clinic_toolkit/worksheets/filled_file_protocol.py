"""What the worker asks the process without keys about a filled sheet, and what it believes of the answer.

A reply is as little trusted as the file: only its types and lengths are checked by decoding it, and whether
its answers are those of fields that the sheet has (`keep_known_values`).
"""

from collections.abc import Sequence

import msgspec

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.worksheets import filled_file
from clinic_toolkit.worksheets.filled_file import (
    MAX_FILE_BYTES,
    MAX_TEXT_LENGTH,
    FilledFile,
    FilledFileProblem,
    FilledFileRefused,
    clean_text,
)
from clinic_toolkit.worksheets.sheet_fields import FieldKind, SheetField

MAX_REQUEST_BYTES = MAX_FILE_BYTES + 4096
MAX_REPLY_BYTES = 4 * 2**20

_NOTHING_KEPT = "Nothing was kept."
PROBLEM_SENTENCES = {
    FilledFileProblem.TOO_LARGE: f"This file is too large: a filled sheet may have {MAX_FILE_BYTES:,} bytes. "
    f"{_NOTHING_KEPT} A scan or a photograph cannot be read here.",
    FilledFileProblem.ENCRYPTED: "This file is locked with a password. Open it with the password in your PDF "
    f"program, save a copy without one, and choose that copy. {_NOTHING_KEPT}",
    FilledFileProblem.BROKEN: "This file is damaged, or it is no PDF file. Ask for it to be saved and sent "
    f"again. {_NOTHING_KEPT}",
    FilledFileProblem.SCRIPTS: "This file holds commands that a PDF program would carry out. Our sheets hold "
    f"none, so it was changed on its way, and it was not read. {_NOTHING_KEPT}",
    FilledFileProblem.ATTACHMENTS: "This file has another file attached to it. Our sheets have none, so it "
    f"was changed on its way, and it was not read. {_NOTHING_KEPT}",
    FilledFileProblem.OTHER_FORM: "This file is another kind of form (XFA), and none of our sheets. "
    f"{_NOTHING_KEPT}",
    FilledFileProblem.NO_FIELDS: "This file has no fields of a sheet of yours. A sheet that was printed and "
    f"scanned, or “printed to PDF”, has none any more. {_NOTHING_KEPT}",
    FilledFileProblem.MIXED: f"This file holds fields of more than one sheet. {_NOTHING_KEPT}",
    FilledFileProblem.TOO_LONG: f"One of the answers is longer than a sheet has room for. {_NOTHING_KEPT}",
}


class FilledFileError(ClinicError):
    """A filled sheet cannot be read; nothing of it was kept."""


class FilledFileRequest(msgspec.Struct, frozen=True, kw_only=True, tag="filled sheet"):
    """The bytes of a file."""

    data: bytes


class FilledFileReply(msgspec.Struct, frozen=True, kw_only=True):
    """Either what the file holds or why it is refused; never both."""

    filled: FilledFile | None = None
    problem: FilledFileProblem | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode_request = msgspec.msgpack.Decoder(FilledFileRequest).decode
_decode_reply_bytes = msgspec.msgpack.Decoder(FilledFileReply).decode


def encode_request(data: bytes) -> bytes:
    """Pack a file for the process without keys."""
    return _encode(FilledFileRequest(data=data))


def handle_request(packed: bytes) -> bytes:
    """Read a packed file; runs in the process without keys.

    Raises:
        MemoryError: reading needs more memory than the process may use.
    """
    try:
        return _encode(FilledFileReply(filled=filled_file.read_filled_file(_decode_request(packed).data)))
    except FilledFileRefused as refused:
        return _encode(FilledFileReply(problem=refused.problem))


def decode_reply(reply: bytes) -> FilledFile:
    """What the file holds.

    Raises:
        FilledFileError: it was refused, or the reply is none.
    """
    try:
        if len(reply) > MAX_REPLY_BYTES:
            raise ValueError("too long")
        decoded = _decode_reply_bytes(reply)
    except ValueError as error:
        raise FilledFileError(PROBLEM_SENTENCES[FilledFileProblem.BROKEN]) from error
    if decoded.filled is None or decoded.problem is not None:
        raise FilledFileError(PROBLEM_SENTENCES[decoded.problem or FilledFileProblem.BROKEN])
    return decoded.filled


def keep_known_values(filled: FilledFile, fields: Sequence[SheetField]) -> dict[str, str]:
    """The answers that the fields of the sheet can hold, in the order of the sheet.

    Raises:
        FilledFileError: one belongs to no field, or a choice has a code that the sheet does not know, so the
            file is of another version of the sheet.
    """
    by_id = {field.id: field for field in fields}
    for id, value in filled.values.items():
        if id not in by_id or not _can_hold(by_id[id], value):
            raise FilledFileError(
                "This file was made from another version of this sheet, so it cannot be told where its "
                f"answers belong. {_NOTHING_KEPT}"
            )
    cleaned = {id: clean_text(value) for id, value in filled.values.items()}
    return {field.id: cleaned[field.id] for field in fields if cleaned.get(field.id)}


def _can_hold(field: SheetField, value: str) -> bool:
    if field.kind == FieldKind.TICK:
        return value == "on"
    if field.kind == FieldKind.CHOICE:
        return field.option_label(value) is not None
    return len(value) <= MAX_TEXT_LENGTH
