"""One questionnaire of the demo as it is given: read aloud, or from some item on by the client alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace
from sqlalchemy import Connection

from clinic_toolkit.demo import content
from clinic_toolkit.record import (
    administrations,
    handover,
    merging,
    progress,
    results,
    risk_entries,
    to_ask,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.handover_rows import FINISHED
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.vault.vault import Vault

_STATUS = {"d": "declined", "n": "did_not_come_up"}
_WORDS = Response(status="not_reached", value=None, talk=False, said="")
_MOMENT, _HAND = timedelta(seconds=20), timedelta(seconds=4)


def ask(
    db: Connection, vault: Vault, kept: Kept[Administration], given: content.Questionnaire, *, now: datetime
) -> Kept[Administration]:
    """Give every answer at its time, and end the questionnaire as it ended."""
    answers = list(_answers(given, now))
    at = now
    for number, response, at in answers:
        if not given.alone or number < given.alone:
            kept = progress.record_response(db, vault, kept, number - 1, response, now=at)
    if given.alone:
        alone = [each for each in answers if each[0] >= given.alone]
        if given.open_line:
            at += _MOMENT
            alone.append((len(kept.body.answers.statuses) + 1, replace(_WORDS, said=given.open_line), at))
        return _hand_over(db, vault, kept, alone, now=at)
    if given.open_line:
        at += _MOMENT
        kept = progress.record_responses(db, vault, kept, {}, open_line=given.open_line, now=at)
    end = progress.complete if given.state == "completed" else progress.stop
    return end(db, vault, kept, now=at + _MOMENT)


def close_prompts(
    db: Connection, vault: Vault, kept: Kept[Administration], told: content.Risk, *, now: datetime
) -> None:
    """Write the risk entry that closes what this questionnaire raised."""
    body = risk_entries.RiskEntry(
        client=kept.body.client,
        session=kept.body.session,
        on=now.astimezone().date(),
        relationship=kept.body.relationship,
        administration=kept.id.bytes,
        closes=tuple(answer for asked in to_ask.after(db, vault, kept) for answer in asked.raised),
        **told.model_dump(),
    )
    risk_entries.write(db, vault, body, now=now)


def _answers(given: content.Questionnaire, now: datetime) -> Iterator[tuple[int, Response, datetime]]:
    for place, mark in enumerate(given.answers.split()):
        if mark == ".":
            continue
        way = mark.removesuffix("*")
        response = Response(
            status=_STATUS.get(way, "answered"),
            value=None if way in _STATUS else int(way),
            talk=mark.endswith("*"),
            said=given.said.get(str(place + 1), ""),
        )
        now += timedelta(seconds=14 + 5 * (place % 3) + 2 * len(response.said) // 10)
        yield place + 1, response, now


def _hand_over(
    db: Connection,
    vault: Vault,
    kept: Kept[Administration],
    answers: list[tuple[int, Response, datetime]],
    *,
    now: datetime,
) -> Kept[Administration]:
    word = results.about(db, vault, kept.body)
    out, ticket = merging.begin(db, vault, kept, word=word, now=answers[0][2] - _HAND)
    for number, response, at in answers:
        handover.keep(db, ticket, number, response, now=at)
    handover.note_act(db, ticket, FINISHED, now=now + _HAND)
    back = merging.bring_in(db, vault, out, now=now + 2 * _HAND)
    merging.close(db, vault, back, now=now + 3 * _HAND)
    return administrations.get(db, vault, kept.id)
