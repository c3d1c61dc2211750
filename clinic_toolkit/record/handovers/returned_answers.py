"""Checks returned rows against their form, and merges them into its answers; never writes to the record."""

from datetime import datetime

import msgspec

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers.answer_log import WHOLE_FORM, HandoverAct, HandoverRow, response_of
from clinic_toolkit.record.handovers.client_side import REMARK_LIMIT
from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.store.types import from_microseconds

ACTS = frozenset(HandoverAct)
STATUSES = frozenset(ResponseStatus)


def newest_by_item(rows: tuple[HandoverRow, ...]) -> dict[int, HandoverRow]:
    """Return the newest row of each item, by item number, counted from 1."""
    return {row.item_number: row for row in rows}


def fits_form(row: HandoverRow, instrument: Instrument | None) -> bool:
    """Return whether a page of this form could have sent this row.

    Args:
        instrument: None if the form is unreadable; then items and values are not checked.
    """
    if row.item_number == WHOLE_FORM:
        has_content = row.value is not None or row.typed is not None or row.wants_to_talk or row.remark
        return row.status in ACTS and not has_content
    if instrument is not None and instrument.open_line and row.item_number == len(instrument.items) + 1:
        return (
            row.status == ResponseStatus.NOT_REACHED
            and row.value is None
            and row.typed is None
            and not row.wants_to_talk
            and _is_plain_text(row.remark)
        )
    return (
        (instrument is None or 1 <= row.item_number <= len(instrument.items))
        and row.status in STATUSES
        # No question of the program asks for a typed value.
        and row.typed is None
        and (row.value is not None) == (row.status == ResponseStatus.ANSWERED)
        and (
            instrument is None
            or row.value is None
            or row.value in {option.value for option in instrument.options}
        )
        and _is_plain_text(row.remark)
    )


def _is_plain_text(text: str) -> bool:
    return len(text) <= REMARK_LIMIT and all(
        ch in "\n\t" or ch.isprintable() or ord(ch) > 0x9F for ch in text
    )


def list_fitting_rows(
    administration: Administration, rows: tuple[HandoverRow, ...]
) -> tuple[HandoverRow, ...]:
    """Return the rows that are answers to this form."""
    instrument = administrations.instrument_of(administration)
    return tuple(row for row in rows if row.item_number != WHOLE_FORM and fits_form(row, instrument))


def merge_into_answers(administration: Administration, rows: tuple[HandoverRow, ...]) -> answers.Answers:
    """Return the answers of a questionnaire with the returned rows merged in.

    If the client only marked a question, added a remark, or withdrew an answer, the question keeps its
    earlier answer, as the client's page says.
    """
    merged = administration.answers
    recorded = answers.decode_responses(merged)
    for row in newest_by_item(list_fitting_rows(administration, rows)).values():
        if row.item_number > len(merged.statuses):
            continue
        response = response_of(row)
        if response.status == ResponseStatus.NOT_REACHED:
            earlier = recorded[row.item_number - 1]
            response = msgspec.structs.replace(
                earlier,
                wants_to_talk=row.wants_to_talk or earlier.wants_to_talk,
                remark=row.remark or earlier.remark,
            )
        merged = answers.with_response(
            merged, row.item_number - 1, response, elapsed=_row_time(row) - administration.begun_at
        )
    return merged


def merge_open_line(administration: Administration, rows: tuple[HandoverRow, ...]) -> str:
    """Return what the client wrote at the open line; the earlier text if they wrote nothing."""
    row = newest_by_item(list_fitting_rows(administration, rows)).get(
        len(administration.answers.statuses) + 1
    )
    return (row.remark if row else "") or administration.open_line_answer


def answered_indexes(administration: Administration, rows: tuple[HandoverRow, ...]) -> frozenset[int]:
    """Return the indexes, counted from 0, of the items that the rows touch."""
    return frozenset(
        row.item_number - 1 for row in rows if row.item_number <= len(administration.answers.statuses)
    )


def _row_time(row: HandoverRow) -> datetime:
    try:
        return from_microseconds(row.recorded_at)
    except ValueError:
        return from_microseconds(0)
