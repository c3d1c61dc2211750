"""What came back of a hand-over, read as answers of its form: what fits it, and the form with it put in."""

from datetime import datetime

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record import administrations, answers
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.handover import SAID_LIMIT
from clinic_toolkit.record.handover_rows import FINISHED, GIVEN_BACK, NO_ITEM, Line
from clinic_toolkit.store.types import from_us

ACTS = (FINISHED, GIVEN_BACK)


def newest(lines: tuple[Line, ...]) -> dict[int, Line]:
    """The last answer by item, counted from 1."""
    return {line.item: line for line in lines}


def fits(line: Line, instrument: Instrument | None) -> bool:
    """Whether this could have come from a page of this form."""
    if line.item == NO_ITEM:
        return line.status in ACTS and line.value is None and not line.talk and not line.said
    if instrument is not None and instrument.open_line and line.item == len(instrument.items) + 1:
        return (
            line.status == answers.STATUSES[0] and line.value is None and not line.talk and _plain(line.said)
        )
    return (
        (instrument is None or 1 <= line.item <= len(instrument.items))
        and line.status in answers.STATUSES
        and (line.value is not None) == (line.status == "answered")
        and (instrument is None or line.value is None or line.value in {o.value for o in instrument.options})
        and _plain(line.said)
    )


def _plain(said: str) -> bool:
    return len(said) <= SAID_LIMIT and all(ch in "\n\t" or ch.isprintable() or ord(ch) > 0x9F for ch in said)


def of_this_form(body: Administration, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines that are answers of this form."""
    instrument = administrations.instrument_of(body)
    return tuple(line for line in lines if line.item != NO_ITEM and fits(line, instrument))


def filled(body: Administration, lines: tuple[Line, ...]) -> answers.Answers:
    """The answers of a questionnaire with what the client answered put in.

    A question that was only marked, or written to, or let go again was not answered: its answer from before
    stays, as the client's page says.
    """
    together = body.answers
    stood = answers.responses(together)
    for line in newest(of_this_form(body, lines)).values():
        if line.item > len(together.statuses):
            continue
        response = Response(status=line.status, value=line.value, talk=line.talk, said=line.said)
        if line.status == "not_reached":
            before = stood[line.item - 1]
            response = Response(
                status=before.status,
                value=before.value,
                talk=line.talk or before.talk,
                said=line.said or before.said,
            )
        together = answers.put(together, line.item - 1, response, after=_moment(line) - body.begun)
    return together


def open_line(body: Administration, lines: tuple[Line, ...]) -> str:
    """What stands at the open line with what the client wrote there alone; unwritten, what stood there."""
    found = newest(of_this_form(body, lines)).get(len(body.answers.statuses) + 1)
    return (found.said if found else "") or body.open_line


def touched(body: Administration, lines: tuple[Line, ...]) -> frozenset[int]:
    """The places of the items that were answered, counted from 0."""
    return frozenset(line.item - 1 for line in lines if line.item <= len(body.answers.statuses))


def _moment(line: Line) -> datetime:
    try:
        return from_us(line.at)
    except ValueError:
        return from_us(0)
