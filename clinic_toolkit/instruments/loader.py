"""Read a definition file, check all of it, and report all problems at once.

A definition may be untrusted (a practice's own questionnaire), so its size and structure are limited before
it is parsed, and its text is decoded strictly. Nothing in it is ever executed.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from clinic_toolkit import plain_text, toml_limits
from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.instruments import definition_problems, raw_tables
from clinic_toolkit.instruments.model import Frame, Instrument

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_BYTES = 1_000_000
# Computed fields of a questionnaire, which no file may set.
COMPUTED_FIELDS = ("digest", "own")
_MAX_LISTED = 100

_ERROR_TEXTS = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "dataclass_type": "must be a table",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have {min_length} or more entries",
    "too_long": "must have at most {max_length} entries",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than_equal": "must be {le:g} or less",
    "enum": "must be one of {expected}",
}


class DefinitionError(DamagedFile):
    """A definition cannot be used. `problems` lists every reason, each with its place."""

    def __init__(self, file: str, problems: Iterable[str]) -> None:
        self.file = file
        # Exceeded limits come first, because too many entries have to be corrected before anything else.
        ordered = sorted(problems, key=lambda problem: "must have at most" not in problem)
        self.problems = tuple(dict.fromkeys(_printable(problem) for problem in ordered))
        listed = list(self.problems[:_MAX_LISTED])
        if len(self.problems) > _MAX_LISTED:
            listed.append(f"and {len(self.problems) - _MAX_LISTED} more")
        super().__init__(
            f"The definition {file} cannot be used. Mend these places, or put back the file that "
            f"came with the program: {'; '.join(listed)}."
        )


def read_instrument_file(path: Path, *, own: bool = False) -> Instrument:
    """Read one questionnaire from its file."""
    return parse_instrument(read_bytes(path), path.name, own=own)


def read_frames_file(path: Path) -> tuple[Frame, ...]:
    """Read the list of relationships from its file."""
    return parse_frames(read_bytes(path), path.name)


def parse_instrument(data: bytes, file: str, *, own: bool = False) -> Instrument:
    """Parse and check the bytes of a definition; raises `DefinitionError`.

    Args:
        own: it is a practice's own and does not come with the program.
    """
    raw = _parse_toml(data, file)
    problems = [*raw_tables.list_length_problems(raw), *definition_problems.instrument_problems(raw)]
    problems += [
        f"{name}: the program works this out, leave it out" for name in COMPUTED_FIELDS if name in raw
    ]
    instrument: Instrument = _validate(Instrument, raw, file, problems)
    return replace(instrument, digest=definition_digest(data), own=own)


def definition_digest(data: bytes) -> str:
    """The SHA-256 of a definition, hex, after normalizing line ends, so that editors do not change it."""
    return sha256(plain_text.normalize_text_bytes(data)).hexdigest()


def parse_frames(data: bytes, file: str) -> tuple[Frame, ...]:
    """Parse and check the bytes of the list of relationships; raises `DefinitionError`."""
    raw = _parse_toml(data, file)
    problems = list(definition_problems.frame_problems(raw))
    problems += [f"{key}: is not known here" for key in raw if key != "frames"]
    if not raw.get("frames"):
        problems.append("frames: is missing")
    frames: tuple[Frame, ...] = _validate(
        tuple[Frame, ...], raw.get("frames", []), file, problems, place="frames"
    )
    return frames


def read_bytes(path: Path) -> bytes:
    """Read a file, up to one byte over the size limit of a definition.

    Raises:
        DefinitionError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DefinitionError(path.name, [f"the file cannot be read ({error.strerror})"]) from error


def _parse_toml(data: bytes, file: str) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise DefinitionError(file, [f"the file is larger than {MAX_BYTES:,} bytes"])
    try:
        text = plain_text.decode_text(data)
        toml_limits.check_limits(text)
        raw = tomllib.loads(text)
    except toml_limits.TomlLimitExceeded as error:
        raise DefinitionError(file, [str(error)]) from error
    except plain_text.TextDecodingError as error:
        raise DefinitionError(file, [str(error)]) from error
    except RecursionError as error:
        raise DefinitionError(file, ["lists are nested too deep"]) from error
    except ValueError as error:  # TOMLDecodeError, or an integer with too many digits
        raise DefinitionError(file, [f"not readable as TOML: {error}"]) from error
    if problems := raw_tables.nesting_problems(raw):
        raise DefinitionError(file, problems)
    return raw


def _validate(kind: Any, raw: Any, file: str, problems: list[str], place: str = "") -> Any:
    """Validate a raw table against a class of `model` and build the value.

    `problems` are those found before; they are reported together with the new ones.
    """
    from pydantic import ValidationError

    try:
        # Validated as JSON, because only there strict mode accepts a list for a tuple. Without strict
        # mode the text "2" would be accepted as a number.
        value = _type_adapter(kind).validate_json(json.dumps(raw, default=_reject_date), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        problems = [*_describe_errors(details, place), *problems]
    problems = [
        *problems,
        *_unknown_key_problems(kind, raw, place),
        *definition_problems.text_problems(raw, place),
    ]
    if problems:
        raise DefinitionError(file, problems)
    return value


def prepare_validators() -> None:
    """Build the validators now, so that the first file does not have to wait for it."""
    _type_adapter(Instrument)


@cache
def _type_adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _reject_date(value: object) -> list[str]:
    """Make a list of a TOML date, so that validation refuses it wherever text or a number is expected."""
    return [type(value).__name__]


def _describe_errors(details: Sequence["ErrorDetails"], place: str) -> Iterator[str]:
    broken_paths = {detail["loc"][:length] for detail in details for length in range(len(detail["loc"]))}
    for detail in details:
        if detail["type"] == "too_short" and detail["loc"] in broken_paths:
            continue  # a consequence of broken entries, which are reported themselves
        template = _ERROR_TEXTS.get(detail["type"])
        message = template.format(**detail.get("ctx", {})) if template else detail["msg"]
        yield f"{_format_path(detail['loc'], place) or 'the file'}: {message}"


def _printable(problem: str) -> str:
    """Shorten a problem and replace unprintable characters, because it may quote any part of the file."""
    return "".join(char if char.isprintable() else "?" for char in problem[:200])


def _format_path(parts: Sequence[int | str], place: str) -> str:
    for part in parts:
        place = f"{place}[{part}]" if isinstance(part, int) else f"{place}.{part}" if place else part
    return place


def _unknown_key_problems(kind: Any, raw: Any, place: str) -> Iterator[str]:
    """Report every unknown key, because a misspelt optional one would be ignored silently."""
    kind = next(filter(is_dataclass, get_args(kind)), kind) if get_origin(kind) is UnionType else kind
    if get_origin(kind) is tuple and isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from _unknown_key_problems(get_args(kind)[0], value, f"{place}[{index}]")
    elif is_dataclass(kind) and isinstance(raw, dict):
        hints = get_type_hints(kind)
        field_names = {field.name for field in fields(kind)}
        for key, value in raw.items():
            location = f"{place}.{key}" if place else str(key)
            if key in field_names:
                yield from _unknown_key_problems(hints[key], value, location)
            else:
                yield f"{location}: is not known here"
