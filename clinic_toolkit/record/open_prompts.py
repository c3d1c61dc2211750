"""Safety prompts until they are closed: which answers raised one, and which risk entry closed it.

"Not today" closes none: such a prompt stays open, with the reason and the day of the next check.

A prompt is open from the moment a questionnaire is finished, stopped or given back. It belongs to one answer:
another answer to the same question, in a later version or a later hand-over, opens again, unless the matter
was asked about in the last ninety days and the answer says no more (`askings`). What came back of a hand-over
counts even where it was not taken into the record, since the clinician has seen it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.psychometrics import prompts
from clinic_toolkit.record import (
    administrations,
    answers,
    askings,
    clients,
    closings,
    joined,
    merging,
    own_questionnaires,
    returned,
    risk_entries,
    rows,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.askings import Came
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
    """What one question of one questionnaire raised. `raised` are the answers that did.

    It is open while there is neither `closed_by` nor `asked_before`, the asking of the last ninety days that
    it says no more than. `put_off` is the entry that says why an open one was not asked about yet.
    """

    item_id: str
    flag: str
    saw: str
    raised: tuple[Raised, ...]
    closed_by: Kept[RiskEntry] | None
    put_off: Kept[RiskEntry] | None = None
    asked_before: Kept[RiskEntry] | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be asked, or to be said about it."""
        return self.closed_by is None and self.asked_before is None

    @property
    def entry(self) -> Kept[RiskEntry] | None:
        """The entry that is named beside it, if any."""
        return self.closed_by or self.put_off or self.asked_before

    @property
    def sentence(self) -> str:
        """What was seen, and what to ask."""
        return f"{self.saw} {prompts.what_to_ask(self.flag)}"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire with its prompts, in the order of the questions; there is at least one."""

    administration: Kept[Administration]
    prompts: tuple[Prompt, ...]

    @property
    def open(self) -> tuple[Prompt, ...]:
        """Those that are open."""
        return tuple(prompt for prompt in self.prompts if prompt.is_open)


class _Form(msgspec.Struct, frozen=True, kw_only=True):
    """One questionnaire: by question, what was seen and the answers that raise a prompt."""

    kept: Kept[Administration]
    saw: dict[str, prompts.SafetyPrompt]
    came: dict[str, tuple[Came, ...]]

    def matter(self, item_id: str) -> askings.Matter:
        return askings.matter_of(self.kept.body, self.saw[item_id].flag)


def of_administration(db: Connection, vault: Vault, kept: Kept[Administration]) -> tuple[Prompt, ...]:
    """The prompts of one questionnaire, open and closed."""
    found = of_client(db, vault, kept.body.client_id)
    return next((each.prompts for each in found if each.administration.id == kept.id), ())


def of_client(db: Connection, vault: Vault, client_id: UUID) -> list[Asked]:
    """A client's questionnaires that have prompts, oldest first."""
    rings = clients.rings(db, vault, client_id)
    given = administrations.of_client(db, vault, client_id)[::-1]
    back = rows.in_rings(db, vault, handover, rings, Handover)
    return _asked(given, back, risk_entries.of_client(db, vault, client_id)[::-1])


def everywhere(db: Connection, vault: Vault) -> list[Asked]:
    """Every questionnaire of this clinician that has prompts, the oldest first."""
    given = rows.everywhere(db, vault, administrations.administration, Administration)
    own_questionnaires.recall(db, vault, {kept.body.digest for kept in given})
    back = rows.everywhere(db, vault, handover, Handover)
    given = joined.of(db, vault).as_one(given)
    given.sort(key=lambda kept: (kept.body.on, kept.body.begun))
    return _asked(given, back, risk_entries.everything(db, vault))


def _asked(
    given: Iterable[Kept[Administration]],
    back: Iterable[Kept[Handover]],
    entries: Iterable[Kept[RiskEntry]],
) -> list[Asked]:
    given, entries = list(given), list(entries)
    came_back: dict[UUID, list[Kept[Handover]]] = defaultdict(list)
    for one in back:
        if one.state != merging.OUT:
            came_back[one.body.administration_id].append(one)
    forms = []
    for kept in given:
        if kept.state not in ("completed", "stopped") and kept.id not in came_back:
            continue
        try:
            forms.append(_form(kept, came_back.get(kept.id, [])))
        except administrations.DefinitionLost:
            continue  # its questions are lost, so that nothing of it can be shown anywhere
    before = _asked_before(forms, given, entries)
    closing = closings.last_said(entries)
    return [
        Asked(
            administration=form.kept,
            prompts=tuple(_prompt(form, item_id, closing, before) for item_id in form.came),
        )
        for form in forms
        if form.came
    ]


def _asked_before(
    forms: Iterable[_Form], given: Iterable[Kept[Administration]], entries: Iterable[Kept[RiskEntry]]
) -> Mapping[Raised, Kept[RiskEntry]]:
    """The answers that open no prompt, each with the asking because of which it does not."""
    matters: dict[askings.Matter, list[Came]] = defaultdict(list)
    for form in forms:
        for item_id, came in form.came.items():
            matters[form.matter(item_id)].extend(came)
    asked = askings.of_entries(entries)
    by_id = {kept.id: kept for kept in given}
    found = {}
    for matter, together in matters.items():
        for one in together if matter in asked else ():
            if entry := askings.asked_before(one, asked[matter], together, by_id):
                found[one.answer] = entry
    return found


def _prompt(
    form: _Form,
    item_id: str,
    closing: Mapping[Raised, Kept[RiskEntry]],
    before: Mapping[Raised, Kept[RiskEntry]],
) -> Prompt:
    raised = tuple(each.answer for each in form.came[item_id])
    said = sorted((closing[each] for each in raised if each in closing), key=lambda entry: entry.at)
    quiet = [before[each] for each in raised if each in before and each not in closing]
    waits = [entry for entry in said if entry.body.how == NOT_TODAY]
    is_told = len(said) + len(quiet) == len(raised)
    is_closed = is_told and not waits
    return Prompt(
        item_id=item_id,
        flag=form.saw[item_id].flag,
        saw=form.saw[item_id].saw,
        raised=raised,
        closed_by=said[-1] if is_closed and said else None,
        put_off=waits[-1] if is_told and waits else None,
        asked_before=quiet[-1] if is_closed and not said else None,
    )


def _form(kept: Kept[Administration], back: list[Kept[Handover]]) -> _Form:
    body = kept.body
    finished = kept.state == "completed" or any(one.body.finished for one in back)
    blank = _blank(body)
    # The record as it is comes last, so that its sentence is the one that is shown.
    bodies = [
        *(msgspec.structs.replace(body, answers=returned.filled(body, one.body.lines)) for one in back),
        body,
    ]
    saw: dict[str, prompts.SafetyPrompt] = {}
    came: dict[str, dict[Raised, Came]] = defaultdict(dict)
    for each in bodies:
        for prompt, one in _raised(kept.id, each, finished=finished):
            if one.answer.status == "not_reached" and one.answer.item not in blank:
                continue  # it has been answered since
            saw[prompt.item_id] = prompt
            came[prompt.item_id].setdefault(one.answer, one)
    order = [item.id for item in administrations.instrument_of(body).items]
    return _Form(
        kept=kept, saw=saw, came={id: tuple(came[id].values()) for id in sorted(came, key=order.index)}
    )


def _blank(body: Administration) -> frozenset[str]:
    items, given = administrations.instrument_of(body).items, answers.responses(body.answers)
    return frozenset(item.id for item, one in zip(items, given, strict=True) if one.status == "not_reached")


def _raised(id: UUID, body: Administration, *, finished: bool) -> list[tuple[prompts.SafetyPrompt, Came]]:
    instrument = administrations.instrument_of(body)
    given = {
        item.id: _Answer(item_id=item.id, status=one.status, value=one.value, talk=one.talk)
        for item, one in zip(instrument.items, answers.responses(body.answers), strict=True)
    }
    found = []
    for prompt in prompts.find_prompts(instrument, given.values(), finished=finished):
        one = given[prompt.item_id]
        answer = Raised(
            item=one.item_id,
            flag=prompt.flag,
            status=one.status,
            value=one.value,
            talk=one.talk,
            administration=id.bytes,
        )
        found.append((prompt, askings.came(body, answer, prompt.number - 1)))
    return found
