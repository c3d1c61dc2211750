"""What the clinician looks at before the client leaves: what came back of a hand-over, and no score."""

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics import prompts
from clinic_toolkit.record import administrations, answers, clients, merging, results, returned
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.merging import PROPOSED, Handover
from clinic_toolkit.record.summaries import AnsweredItem
from clinic_toolkit.vault.vault import Vault

# What can be wrong with what was saved, as a person is told.
TOLD = {
    "missing": "part of what was saved is missing",
    "not named": "something is there that the audit trail does not mention",
    "changed": "part of what was saved was changed",
    "not readable": "part of what was saved cannot be read",
    "too large": "something is there that no page could have saved",
    "not an answer of this form": "something is there that is not an answer to this questionnaire",
}


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One question, as it stands in the record and as the client answered it."""

    number: int
    text: str
    stands: AnsweredItem
    offered: AnsweredItem


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many questions were answered, left out in which way, and not reached."""

    asked: int
    answered: int
    declined: int
    did_not_come_up: int
    not_reached: int


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One form that came back, with what the client wants to talk about and what to ask before they go."""

    client_name: str
    instrument: Instrument
    about: str
    target: Kept[Administration]
    next_number: int
    safety_prompts: tuple[str, ...]
    to_talk_about: tuple[AnsweredItem, ...]
    said: tuple[AnsweredItem, ...]
    asked_last: str
    open_line: str
    open_line_before: str
    counts: Counts
    troubles: tuple[str, ...]
    differences: tuple[Difference, ...]


def arrival_of(db: Connection, vault: Vault, kept: Kept[Handover]) -> Arrival | None:
    """The page for one hand-over; None if its questionnaire is not in the record any more."""
    target = merging.target_of(db, vault, kept.body)
    if target is None:
        return None
    instrument = administrations.instrument_of(target.body)
    stands = results.answered_items(target.body)
    offered, open_line = stands, target.body.open_line
    if kept.state == PROPOSED:
        filled = returned.filled(target.body, kept.body.lines)
        offered = results.answered_items(msgspec.structs.replace(target.body, answers=filled))
        open_line = returned.open_line(target.body, kept.body.lines)
    place = answers.next_place(target.body.answers)
    return Arrival(
        client_name=clients.get(db, vault, target.body.client_id).body.name,
        instrument=instrument,
        about=results.about(db, vault, target.body),
        target=target,
        next_number=min(place + 1, len(instrument.items)),
        safety_prompts=prompts.safety_prompts(instrument, offered, finished=kept.body.finished),
        to_talk_about=tuple(item for item in offered if item.talk),
        said=tuple(item for item in offered if item.said and not item.talk),
        asked_last=administrations.open_line_of(target.body),
        open_line=open_line,
        open_line_before=target.body.open_line,
        counts=_counts(offered),
        troubles=tuple(TOLD[trouble] for trouble in kept.body.troubles if trouble in TOLD),
        differences=tuple(
            Difference(number=one.number, text=one.text, stands=one, offered=other)
            for one, other in zip(stands, offered, strict=True)
            if one != other
        ),
    )


def loose_answers(kept: Kept[Handover]) -> tuple[tuple[int, Response], ...]:
    """What was answered, by number, for a questionnaire that is gone."""
    return tuple(
        (line.item, Response(status=line.status, value=line.value, talk=line.talk, said=line.said))
        for line in sorted(returned.newest(kept.body.lines).values(), key=lambda line: line.item)
    )


def _counts(items: tuple[AnsweredItem, ...]) -> Counts:
    statuses = [item.status for item in items]
    return Counts(
        asked=len(statuses),
        answered=statuses.count("answered"),
        declined=statuses.count("declined"),
        did_not_come_up=statuses.count("did_not_come_up"),
        not_reached=statuses.count("not_reached"),
    )
