"""Askings: a matter was asked about, of one person, on a day.

For ninety days nothing asks for it again, unless an answer says more than those that were asked about.

A prompt that comes back with every form, whatever was done about it, is soon read by nobody.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from fractions import Fraction
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.psychometrics import fear, prompts
from clinic_toolkit.record import administrations, answers, closings
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.closings import FEAR, Person, person_of
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.risk_entries import ASKED, NOT_TODAY, Raised, RiskEntry

Matter = tuple[Person, str]


class Asking(Struct, frozen=True, kw_only=True):
    """One asking: by which entry, and which answers it was about, as far as the entry names any."""

    entry: Kept[RiskEntry]
    answers: tuple[Raised, ...] = ()


class Came(Struct, frozen=True, kw_only=True):
    """An answer that raises a prompt, and when it came.

    `given` is the moment from which it can have been given, on the day `on`; `known` the one at which it came
    into the record. `height` is where it stands on its scale, if it has a value.
    """

    answer: Raised
    height: Fraction | None
    on: date
    given: datetime
    known: datetime


def matter_of(body: Administration, flag: str) -> Matter:
    """What a flagged answer of this questionnaire is about: the person, and the flag."""
    return (body.client, body.relationship), flag


def came(body: Administration, answer: Raised, place: int) -> Came:
    """When this answer came, as far as that is known.

    A blank has no moment of its own: it came with the last answer of its form. An answer on paper has a day
    and no time, so that it counts as given when that day began.
    """
    after = answers.pace(body.answers)[place] or answers.time_taken(body.answers)
    known = body.begun + after if after else body.begun
    on = known.astimezone().date() if body.entered is None else body.on
    return Came(
        answer=answer,
        height=prompts.height(administrations.instrument_of(body), answer.item, answer.value),
        on=on,
        given=known if body.entered is None else datetime.combine(on, time.min).astimezone(),
        known=known,
    )


def of_entries(entries: Iterable[Kept[RiskEntry]]) -> Mapping[Matter, list[Asking]]:
    """Every asking that these entries tell of, the oldest first, by person and flag.

    A prompt was closed with "asked today", or fear was asked about in private.

    Args:
        entries: the oldest first.
    """
    entries = list(entries)
    found: dict[Matter, list[Asking]] = {}
    for each in closings.said(entries):
        for flag in dict.fromkeys(answer.flag for answer in each.answers):
            if each.entry.body.how == ASKED:
                asking = Asking(entry=each.entry, answers=each.with_flag(flag))
                found.setdefault((each.person, flag), []).append(asking)
    for entry in entries:
        if entry.body.fear and entry.body.how != NOT_TODAY:
            told = tuple(answer for answer in entry.body.answers if answer.flag == FEAR)
            found.setdefault((person_of(entry.body), FEAR), []).append(Asking(entry=entry, answers=told))
    return found


def asked_before(
    one: Came,
    askings: Iterable[Asking],
    others: Iterable[Came],
    forms: Mapping[UUID, Kept[Administration]],
) -> Kept[RiskEntry] | None:
    """The asking because of which this answer opens no prompt; None if it opens one.

    Args:
        askings: what was asked of the same person about the same flag.
        others: the answers about the same person with the same flag.
    """
    counting = [each for each in askings if _counts(each.entry, one)]
    heights = [each.height for each in others if any(_knew(asking.entry, each) for asking in counting)]
    heights += [_height(answer, forms) for asking in counting for answer in asking.answers]
    highest = max((height for height in heights if height is not None), default=None)
    answer = one.answer
    if not counting or prompts.opens_again(
        answer.status, talk=answer.talk, height=one.height, highest=highest
    ):
        return None
    return max((each.entry for each in counting), key=lambda entry: entry.at)


def _counts(entry: Kept[RiskEntry], one: Came) -> bool:
    """Whether the answer came after it, and not too long after."""
    return entry.at < one.given and fear.is_asked(entry.body.on, today=one.on)


def _knew(entry: Kept[RiskEntry], one: Came) -> bool:
    """Whether whoever asked had this answer before them, and it was not too old by then."""
    return one.known < entry.at and fear.is_asked(one.on, today=entry.body.on)


def _height(answer: Raised, forms: Mapping[UUID, Kept[Administration]]) -> Fraction | None:
    """Where an answer stood that may have been changed since."""
    form = forms.get(UUID(bytes=answer.administration)) if answer.administration else None
    if form is None:
        return None
    try:
        instrument = administrations.instrument_of(form.body)
        return prompts.height(instrument, answer.item, answer.value)
    except administrations.DefinitionLost:
        return None
