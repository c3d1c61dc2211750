"""Repeats: how it stands with each questionnaire that could be asked again, in words for the clinician.

Says what was agreed, what was declined, and when stopping is proposed (product idea S).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.psychometrics.numerals import in_words
from clinic_toolkit.record import administrations, courses
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.courses import Theme
from clinic_toolkit.record.days import written
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.rhythms import ON, OPEN, STOPPED, WISHED, Rhythm

DECLINES_PROPOSE = 2
UNCHANGED_PROPOSE = 3
# A long form is worth repeating after four to six weeks (clinical specification 4.5), never by itself.
EARLIEST_AGAIN_DAYS = 28
CADENCE = (
    "A long form is usually repeated every four to six weeks. Leave it out in a crisis, in fresh grief, or "
    "when the client is tired of it."
)


class Repeat(Struct, frozen=True, kw_only=True):
    """One questionnaire about one relationship that was given before, and what was agreed about it.

    `latest` is its newest round, `given` how many rounds there are. `proposal` says why stopping is
    proposed, or is empty; `ended` that it came to the end that was agreed. `due` says that it may be time.
    """

    theme: Theme
    latest: UUID
    title: str
    last_on: date
    given: int
    rhythm: Kept[Rhythm] | None
    proposal: str
    ended: str
    due: bool

    @property
    def state(self) -> str:
        """The state of its rhythm; "open" where nothing was agreed."""
        return self.rhythm.state if self.rhythm else OPEN

    @property
    def standing(self) -> str:
        """Where it stands, in one or two sentences; empty where there is nothing to say."""
        body = self.rhythm.body if self.rhythm else None
        if body is None:
            return ""
        if self.state == WISHED and body.wished:
            return f"On {written(body.wished)} the client wished to stop this."
        if self.state == STOPPED:
            return "No longer repeated."
        said = [f"Repeated: {body.why}{'' if body.why.endswith('.') else '.'}"] if body.why else []
        said += [self.ended] if self.ended else [_end(body)] if _end(body) else []
        if body.wished:
            said.append(f"On {written(body.wished)} the client had wished to stop this.")
        return " ".join(said)


def of_client(
    given: Sequence[Kept[Administration]], known: Mapping[Theme, Kept[Rhythm]], *, now: datetime
) -> tuple[Repeat, ...]:
    """Every questionnaire given to a client so far, once for each relationship, newest first."""
    found: dict[Theme, list[Kept[Administration]]] = {}
    for kept in given:
        if kept.state in courses.IN_COURSE:
            found.setdefault(courses.theme(kept.body), []).append(kept)
    return tuple(of_one(rounds, known.get(theme), now=now) for theme, rounds in found.items())


def of_one(rounds: Sequence[Kept[Administration]], seen: Kept[Rhythm] | None, *, now: datetime) -> Repeat:
    """How it stands with one; `rounds` in any order, at least one."""
    ordered = courses.rounds_of(rounds, courses.theme(rounds[0].body))
    latest, today = ordered[-1], now.astimezone().date()
    ended = _ended(seen, len(ordered), today) if seen else ""
    return Repeat(
        theme=courses.theme(latest.body),
        latest=latest.id,
        title=administrations.instrument_of(latest.body).title,
        last_on=latest.body.on,
        given=len(ordered),
        rhythm=seen,
        proposal=_proposal(ordered, seen),
        ended=ended,
        due=bool(
            seen
            and seen.state == ON
            and not ended
            and (today - latest.body.on).days >= EARLIEST_AGAIN_DAYS
            and today not in seen.body.declined
        ),
    )


def _proposal(rounds: Sequence[Kept[Administration]], seen: Kept[Rhythm] | None) -> str:
    """Why stopping is proposed, at exactly two declines or three unchanged rounds since going on."""
    if seen is not None and seen.state in (STOPPED, WISHED):
        return ""
    body = seen.body if seen else None
    reasons = []
    if body and body.declines >= DECLINES_PROPOSE:
        reasons.append(f"the client declined it {_times(body.declines)}")
    new = sum(body is None or body.went_on is None or kept.body.begun > body.went_on for kept in rounds)
    enough = min(new, len(rounds) - 1) >= UNCHANGED_PROPOSE
    if enough and courses.unchanged(rounds[-UNCHANGED_PROPOSE - 1 :]) == UNCHANGED_PROPOSE:
        alike = in_words(UNCHANGED_PROPOSE)
        reasons.append(f"the last {alike} rounds were about the same as the one before them")
    return " and ".join(reasons)


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{in_words(count)} times"


def _end(body: Rhythm) -> str:
    ends = [f"until {written(body.until)}"] if body.until else []
    ends += [f"{in_words(body.times)} times in all"] if body.times else []
    return f"Agreed {' and '.join(ends)}." if ends else ""


def _ended(seen: Kept[Rhythm], given: int, today: date) -> str:
    body = seen.body
    if body.until and today > body.until:
        return f"It was agreed until {written(body.until)}; that day has passed."
    if body.times and given >= body.times:
        return f"It was agreed for {in_words(body.times)} times in all; that many have been done."
    return ""
