"""Problems between the values of a definition, each reported with its place.

The types in `model` check single values; here are the rules that involve several values. All checks work on
the raw table and skip values of the wrong type, so that these problems can be reported together with type
errors and a person corrects the file only once.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from string import Formatter
from typing import Any

from clinic_toolkit import combining_marks
from clinic_toolkit.instruments import scoring_problems
from clinic_toolkit.instruments.closed_sets import InstrumentKind, ItemRole, SafetyFlag
from clinic_toolkit.instruments.model import Frame, Instrument
from clinic_toolkit.instruments.raw_tables import RawTable, entries_of

_PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_CHECK_IN_ONLY = ("own_place", "open_line", "open_line_general")
_HEADING_FIELDS = {("client", "", None), ("about", "", None)}


def text_problems(raw: Any, place: str = "") -> Iterator[str]:
    """Report every text that begins or ends with white space or has characters that are not printable.

    Control and direction-changing characters can make a question look different from what is stored, on
    screen and on paper; a definition does not need them.
    """
    if isinstance(raw, str):
        if raw != raw.strip():
            yield f"{place}: begins or ends with a space"
        if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") and char != "\n" for char in raw):
            yield f"{place}: has a character that does not print"
        if combining_marks.has_too_many_marks(raw):
            yield f"{place}: holds more than {combining_marks.MAX_MARKS_PER_LETTER} marks on one letter"
    elif isinstance(raw, dict):
        for key, value in raw.items():
            yield from text_problems(value, f"{place}.{key}" if place else str(key))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from text_problems(value, f"{place}[{index}]")


def instrument_problems(raw: RawTable) -> Iterator[str]:
    """Report every problem between the values of one questionnaire."""
    for name in ("id", "version"):
        yield from _id_problems(name, raw.get(name))
    for part, name in (("facets", "id"), ("items", "id"), ("options", "value"), ("options", "label")):
        yield from _duplicate_problems(raw, part, name)
    yield from _heading_problems(raw.get("result_heading"))
    yield from _item_problems(raw)
    yield from _check_in_problems(raw)
    yield from scoring_problems.scoring_problems(raw)


def frame_problems(raw: RawTable) -> Iterator[str]:
    """Report every problem between the values of the list of relationships."""
    for name in ("id", "label"):
        yield from _duplicate_problems(raw, "frames", name)
    if sum(frame.get("general") is True for _, frame in entries_of(raw, "frames")) > 1:
        yield "frames: only one of them may be general"


def cross_reference_problems(instruments: Sequence[Instrument], frames: Sequence[Frame]) -> Iterator[str]:
    """Report questionnaires that name an unknown kind of relationship, and the reverse."""
    known_frames = {frame.id for frame in frames}
    known_instruments = {instrument.id for instrument in instruments}
    for instrument in instruments:
        for index, item in enumerate(instrument.items):
            for id in item.frames_not_fitting:
                if id not in known_frames:
                    location = f"{instrument.id}, items[{index}].frames_not_fitting"
                    yield f"{location}: there is no relationship “{id}”"
    for index, frame in enumerate(frames):
        for id in frame.not_offered:
            if id not in known_instruments:
                yield f"frames[{index}].not_offered: there is no questionnaire “{id}”"


def _duplicate_problems(raw: RawTable, part: str, name: str) -> Iterator[str]:
    first_indices: dict[str | int, int] = {}
    for index, entry in entries_of(raw, part):
        value = entry.get(name)
        if not isinstance(value, str | int):
            continue
        if value in first_indices:
            yield f"{part}[{index}].{name}: “{value}” is already used at {part}[{first_indices[value]}]"
        first_indices.setdefault(value, index)
        if name == "id":
            yield from _id_problems(f"{part}[{index}].id", value)


def _id_problems(place: str, value: object) -> Iterator[str]:
    if isinstance(value, str) and value and not _PLAIN_ID.fullmatch(value):
        yield f"{place}: only letters, digits, dot, hyphen and underline are allowed"


def _heading_problems(heading: object) -> Iterator[str]:
    if not isinstance(heading, str):
        return
    try:
        fields = [part[1:] for part in Formatter().parse(heading) if part[1] is not None]
    except ValueError:
        fields = []
    # A conversion or format specification would give the definition access to attributes of the values.
    if set(fields) != _HEADING_FIELDS:
        yield "result_heading: must hold {client} and {about}, and no other braces"


def _item_problems(raw: RawTable) -> Iterator[str]:
    facet_ids = {
        facet.get("id") for _, facet in entries_of(raw, "facets") if isinstance(facet.get("id"), str)
    }
    for index, item in entries_of(raw, "items"):
        facet, define = item.get("facet"), item.get("define")
        if isinstance(facet, str) and facet not in facet_ids:
            yield f"items[{index}].facet: there is no facet “{facet}”"
        if raw.get("kind") == InstrumentKind.STRENGTHS and item.get("role") == ItemRole.DIFFICULTY:
            yield f"items[{index}].role: a questionnaire of strengths has strength items only"
        question_text = f"{item.get('text')}\n{item.get('text_general')}".lower()
        for word in define if isinstance(define, dict) else ():
            if word.lower() not in question_text:
                yield f"items[{index}].define: “{word}” is not in the question"


def _check_in_problems(raw: RawTable) -> Iterator[str]:
    """Report fields that a check-in must not have, and fields that only a check-in may have."""
    if raw.get("kind") != InstrumentKind.CHECK_IN:
        if "missing" not in raw:
            yield "missing: is missing"
        yield from (f"{name}: is only for a check-in" for name in _CHECK_IN_ONLY if name in raw)
        return
    if "missing" in raw:
        yield "missing: a check-in is never scored, leave it out"
    yield from (f"{name}: is missing" for name in _CHECK_IN_ONLY if raw.get(name, "") == "")
    own_place, items = raw.get("own_place"), list(entries_of(raw, "items"))
    if isinstance(own_place, int) and own_place > len(items) + 1:
        yield f"own_place: must be {len(items) + 1} or less"
    for index, item in items:
        # A check-in is asked with both looking at the screen; fear is asked about in private.
        if item.get("safety_flag", SafetyFlag.NONE) != SafetyFlag.NONE:
            yield f"items[{index}].safety_flag: a check-in cannot have a marked question"
