"""The stored form of a questionnaire's answers: byte strings in the order of the items.

Each item takes one byte for its value, one for its status, one for the wish to talk about it, and four bytes
for the seconds since the start. Decoding sixty administrations therefore takes microseconds, not
milliseconds.
"""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from operator import itemgetter

import msgspec

from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.questionnaires.typed_values import TypedValue

# A status is stored as its place in the order of `ResponseStatus`, one byte each.
_STATUS_BY_BYTE = tuple(ResponseStatus)
_NO_VALUE = 255
_NOT_ANSWERED = 0xFFFFFFFF


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: its status, the option chosen or a typed value, the wish to talk about it, and a remark."""

    status: ResponseStatus
    value: int | None
    wants_to_talk: bool
    remark: str
    typed: TypedValue | None = None


class MergedResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A sent answer merged into the stored one; `has_conflict` if both changed the same part differently."""

    response: Response
    has_conflict: bool


class Answers(msgspec.Struct, array_like=True, frozen=True, kw_only=True, gc=False):
    """All answers of one questionnaire.

    `remarks` and `typed_values` are pairs of an item's index, from 0, and its remark or typed value.
    """

    values: bytes
    statuses: bytes
    wants_to_talk: bytes = msgspec.field(name="talk_marks")
    seconds: bytes
    remarks: tuple[tuple[int, str], ...] = ()
    typed_values: tuple[tuple[int, TypedValue], ...] = ()


def blank_answers(count: int) -> Answers:
    """Return answers for `count` items, none of them reached."""
    return Answers(
        values=bytes([_NO_VALUE] * count),
        statuses=bytes(count),
        wants_to_talk=bytes(count),
        seconds=_NOT_ANSWERED.to_bytes(4, "big") * count,
    )


def with_response(answers: Answers, index: int, response: Response, *, elapsed: timedelta) -> Answers:
    """Return the answers with one item replaced.

    Args:
        index: the item's index, counted from 0.
        elapsed: the time since the administration began.

    Raises:
        ValueError: there is no such item, or the status does not fit the value.
    """
    if not 0 <= index < len(answers.statuses):
        raise ValueError("no such item")
    given_values = [value for value in (response.value, response.typed) if value is not None]
    if len(given_values) != (response.status == ResponseStatus.ANSWERED):
        raise ValueError("one value goes with an answer, and with nothing else")
    elapsed_seconds = min(_NOT_ANSWERED - 1, max(0, int(elapsed.total_seconds())))
    remarks = {**dict(answers.remarks), index: response.remark}
    return Answers(
        values=_with_byte(answers.values, index, _NO_VALUE if response.value is None else response.value),
        statuses=_with_byte(answers.statuses, index, _STATUS_BY_BYTE.index(response.status)),
        wants_to_talk=_with_byte(answers.wants_to_talk, index, int(response.wants_to_talk)),
        seconds=answers.seconds[: index * 4]
        + elapsed_seconds.to_bytes(4, "big")
        + answers.seconds[index * 4 + 4 :],
        remarks=tuple(sorted((item_index, text) for item_index, text in remarks.items() if text)),
        typed_values=_with_typed_value(answers.typed_values, index, response.typed),
    )


def decode_responses(answers: Answers) -> list[Response]:
    """Return every answer, in the order of the items."""
    remarks, typed_values = dict(answers.remarks), dict(answers.typed_values)
    return [
        Response(
            status=_STATUS_BY_BYTE[status],
            value=None if value == _NO_VALUE else value,
            wants_to_talk=bool(wanted),
            remark=remarks.get(index, ""),
            typed=typed_values.get(index),
        )
        for index, (status, value, wanted) in enumerate(
            zip(answers.statuses, answers.values, answers.wants_to_talk, strict=True)
        )
    ]


def response_digest(response: Response) -> str:
    """Return the digest of an answer: status and value, wish to talk about it, and a digest of the remark.

    A page sends it back, so that only what was changed on the page is saved.
    """
    value = "" if response.value is None else str(response.value)
    if response.typed is not None:
        value = f"{response.typed.kind}-{text_digest(response.typed.text)}"
    return (
        f"{response.status}{value}.{'talk' if response.wants_to_talk else ''}.{text_digest(response.remark)}"
    )


def text_digest(text: str) -> str:
    """Return the digest of a text: 16 hexadecimal digits of its SHA-256, or "" for an empty text."""
    return sha256(text.encode()).hexdigest()[:16] if text else ""


def merge_response(shown_digest: str, submitted: Response, stored: Response) -> MergedResponse:
    """Merge a sent answer into the stored one: only what was changed on the page is taken over.

    Args:
        shown_digest: the digest of the answer that the page showed. A malformed one counts as that
            of an empty answer, so the page can add something but never erase anything.
    """
    shown_parts = shown_digest.split(".")
    if len(shown_parts) != len(_MERGE_FIELDS):
        shown_parts = UNANSWERED_DIGEST.split(".")
    compared_parts = zip(
        _MERGE_FIELDS,
        shown_parts,
        response_digest(submitted).split("."),
        response_digest(stored).split("."),
        strict=True,
    )
    changed: dict[str, object] = {}
    has_conflict = False
    for field_names, shown_part, sent_part, stored_part in compared_parts:
        if sent_part not in (shown_part, stored_part):
            changed |= {field_name: getattr(submitted, field_name) for field_name in field_names}
            has_conflict = has_conflict or stored_part != shown_part
    return MergedResponse(response=msgspec.structs.replace(stored, **changed), has_conflict=has_conflict)


# The parts that are merged separately; a value always goes with its status.
_MERGE_FIELDS = (("status", "value", "typed"), ("wants_to_talk",), ("remark",))
UNANSWERED_DIGEST = response_digest(
    Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="")
)


def next_unanswered_index(answers: Answers) -> int:
    """Return the index, from 0, of the first item without an answer; the number of items if there is none."""
    return next(
        (index for index, status in enumerate(answers.statuses) if status == 0), len(answers.statuses)
    )


def number_to_continue_at(answers: Answers) -> int:
    """Return the number, from 1, of the next question to answer; the last one if all are answered."""
    return min(next_unanswered_index(answers) + 1, len(answers.statuses))


def answer_times(answers: Answers) -> Sequence[timedelta | None]:
    """Return when each answer was last given, from the start; None if it was never given."""
    encoded = answers.seconds
    times = [int.from_bytes(encoded[offset : offset + 4], "big") for offset in range(0, len(encoded), 4)]
    return [None if seconds == _NOT_ANSWERED else timedelta(seconds=seconds) for seconds in times]


def seconds_between_answers(answers: Answers) -> tuple[float, ...]:
    """Return the seconds between each answer and the one given before it, in order of time."""
    times = sorted(elapsed.total_seconds() for elapsed in answer_times(answers) if elapsed is not None)
    return tuple(later - earlier for earlier, later in pairwise(times))


def total_time(answers: Answers) -> timedelta | None:
    """Return the time from the start to the last answer; None without any answer."""
    return max((elapsed for elapsed in answer_times(answers) if elapsed is not None), default=None)


def _with_typed_value(
    typed_values: tuple[tuple[int, TypedValue], ...], index: int, typed: TypedValue | None
) -> tuple[tuple[int, TypedValue], ...]:
    others = [(item_index, value) for item_index, value in typed_values if item_index != index]
    added = [] if typed is None else [(index, typed)]
    return tuple(sorted(others + added, key=itemgetter(0)))


def _with_byte(whole: bytes, index: int, value: int) -> bytes:
    return whole[:index] + bytes([value]) + whole[index + 1 :]
