"""Safety prompts until they are closed: which answers raised one, and which risk entry closed it.

"Not today" closes none: such a prompt stays open, with the reason and the day of the next check.

A prompt is open from the moment a questionnaire is finished, stopped or given back. It belongs to one answer:
another answer to the same question, in a later version or a later hand-over, opens again. What came back
of a hand-over counts even where it was not taken into the record, since the clinician has seen it.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.psychometrics import prompts
from clinic_toolkit.record import (
    administrations,
    answers,
    merging,
    own_questionnaires,
    returned,
    risk_entries,
    rows,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.handover import handover
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.merging import Handover
from clinic_toolkit.record.risk_entries import NOT_TODAY, Raised, RiskEntry
from clinic_toolkit.vault.vault import Vault


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    item_id: str
    status: str
    value: int | None
    talk: bool


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt. `raised` are the answers that raised it; `closed_by` is None while it is open.

    `put_off` is the entry that says why an open one was not asked about yet.
    """

    item_id: str
    flag: str
    sentence: str
    raised: tuple[Raised, ...]
    closed_by: Kept[RiskEntry] | None
    put_off: Kept[RiskEntry] | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be asked, or to be said about it."""
        return self.closed_by is None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire with its prompts, in the order of the questions; there is at least one."""

    administration: Kept[Administration]
    prompts: tuple[Prompt, ...]

    @property
    def on(self) -> date:
        """The day of the questionnaire."""
        return self.administration.body.on

    @property
    def open(self) -> tuple[Prompt, ...]:
        """Those that are open."""
        return tuple(prompt for prompt in self.prompts if prompt.is_open)

    @property
    def put_off(self) -> Kept[RiskEntry] | None:
        """The entry that put off what is open, if it was all put off: the one with the nearest check."""
        found = [prompt.put_off for prompt in self.open]
        entries = [entry for entry in found if entry]
        if not entries or len(entries) < len(found):
            return None
        return min(entries, key=lambda entry: entry.body.next_check or entry.body.on)


def of_administration(db: Connection, vault: Vault, kept: Kept[Administration]) -> tuple[Prompt, ...]:
    """The prompts of one questionnaire, open and closed."""
    return next((each.prompts for each in of_client(db, vault, kept.body.client_id, [kept])), ())


def of_client(
    db: Connection, vault: Vault, client_id: UUID, given: list[Kept[Administration]] | None = None
) -> list[Asked]:
    """A client's questionnaires that have prompts, oldest first; of all of them, or of these."""
    ring = [vault.ring_of(client_id, "record")]
    if given is None:
        given = administrations.of_client(db, vault, client_id)[::-1]
    back = rows.in_rings(db, vault, handover, ring, Handover)
    return _asked(given, back, risk_entries.of_client(db, vault, client_id)[::-1])


def waiting(db: Connection, vault: Vault) -> list[Asked]:
    """Every questionnaire with an open prompt, the oldest first."""
    given = rows.everywhere(db, vault, administrations.administration, Administration)
    own_questionnaires.recall(db, vault, {kept.body.digest for kept in given})
    back = rows.everywhere(db, vault, handover, Handover)
    found = _asked(given, back, risk_entries.everything(db, vault))
    return sorted((each for each in found if each.open), key=lambda each: each.administration.body.begun)


def _asked(
    given: Iterable[Kept[Administration]],
    back: Iterable[Kept[Handover]],
    entries: Iterable[Kept[RiskEntry]],
) -> list[Asked]:
    closing: dict[UUID | None, dict[Raised, Kept[RiskEntry]]] = defaultdict(dict)
    for (id, raised), entry in risk_entries.last_said(entries).items():
        closing[id][raised] = entry
    came: dict[UUID, list[Kept[Handover]]] = defaultdict(list)
    for one in back:
        if one.state != merging.OUT:
            came[one.body.administration_id].append(one)
    found = []
    for kept in given:
        if kept.state not in ("completed", "stopped") and kept.id not in came:
            continue
        try:
            prompts_ = _prompts(kept, came.get(kept.id, []), closing.get(kept.id, {}))
        except administrations.DefinitionLost:
            continue  # its questions are lost, so that nothing of it can be shown anywhere
        if prompts_:
            found.append(Asked(administration=kept, prompts=prompts_))
    return found


def _prompts(
    kept: Kept[Administration], back: list[Kept[Handover]], closing: dict[Raised, Kept[RiskEntry]]
) -> tuple[Prompt, ...]:
    body = kept.body
    finished = kept.state == "completed" or any(one.body.finished for one in back)
    blank = _blank(body)
    # The record as it is comes last, so that its sentence is the one that is shown.
    bodies = [
        *(msgspec.structs.replace(body, answers=returned.filled(body, one.body.lines)) for one in back),
        body,
    ]
    sentences: dict[str, str] = {}
    raised: dict[str, dict[Raised, None]] = defaultdict(dict)
    for each in bodies:
        for prompt, answer in _raised(each, finished=finished):
            if answer.status == "not_reached" and answer.item not in blank:
                continue  # it has been answered since
            sentences[prompt.item_id] = prompt.sentence
            raised[prompt.item_id][answer] = None
    order = [item.id for item in administrations.instrument_of(body).items]
    found = []
    for id in sorted(raised, key=order.index):
        by = [closing.get(answer) for answer in raised[id]]
        said = sorted((entry for entry in by if entry), key=lambda entry: entry.at)
        waits = [entry for entry in said if entry.body.how == NOT_TODAY]
        is_told = all(by)
        found.append(
            Prompt(
                item_id=id,
                flag=next(iter(raised[id])).flag,
                sentence=sentences[id],
                raised=tuple(raised[id]),
                closed_by=said[-1] if is_told and not waits else None,
                put_off=waits[-1] if is_told and waits else None,
            )
        )
    return tuple(found)


def _blank(body: Administration) -> frozenset[str]:
    items, given = administrations.instrument_of(body).items, answers.responses(body.answers)
    return frozenset(item.id for item, one in zip(items, given, strict=True) if one.status == "not_reached")


def _raised(body: Administration, *, finished: bool) -> list[tuple[prompts.SafetyPrompt, Raised]]:
    instrument = administrations.instrument_of(body)
    given = {
        item.id: _Answer(item_id=item.id, status=one.status, value=one.value, talk=one.talk)
        for item, one in zip(instrument.items, answers.responses(body.answers), strict=True)
    }
    return [
        (
            prompt,
            Raised(
                item=prompt.item_id,
                flag=prompt.flag,
                status=given[prompt.item_id].status,
                value=given[prompt.item_id].value,
                talk=given[prompt.item_id].talk,
            ),
        )
        for prompt in prompts.find_prompts(instrument, given.values(), finished=finished)
    ]
