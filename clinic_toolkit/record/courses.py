"""The course of one questionnaire about one relationship over time; never of two relationships at once.

A new version of the questionnaire, or another kind of relationship, breaks the course: no line, no range
and no comparison goes across. What was stopped before the end is there with its answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.psychometrics import change, wording
from clinic_toolkit.psychometrics.scoring import highest
from clinic_toolkit.record import administrations, clients, course_parts, joined, results
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.course_summaries import (
    STRENGTHS,
    WHOLE,
    Compared,
    Course,
    Reading,
    Round,
)
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.vault.vault import Vault

IN_COURSE = ("completed", "stopped")
# How a break is called: for the clinician, and on the client's side.
VERSION, NEW_WORDS = "version", "the questions in new words"

Given = Kept[Administration]
# Which questionnaire, and about whom; one course each.
Theme = tuple[UUID | None, str]


def theme(body: Administration) -> Theme:
    """What is never mixed: whom it is about, and which questionnaire."""
    return body.relationship_id, body.instrument


def rounds_of(given: Iterable[Given], wanted: Theme) -> list[Given]:
    """The rounds of one course, oldest first."""
    found = [kept for kept in given if theme(kept.body) == wanted and kept.state in IN_COURSE]
    return sorted(found, key=lambda kept: (kept.body.on, kept.body.begun))


def about_one(
    db: Connection,
    vault: Vault,
    client_id: UUID,
    relationship_id: UUID | None,
    *,
    baselines: Mapping[Theme, int] | None = None,
    usual: bool = False,
    overlap: bool = False,
) -> tuple[Course, ...]:
    """Every course about one relationship, or in general (None), in the order of the shelf.

    Args:
        baselines: how many first rounds were declared as the baseline, by theme; three where nothing is said.
        usual: with the usual range so far, where there are points enough.
        overlap: with the overlap of baseline and later, where there are points enough.
    """
    given = administrations.of_client(db, vault, client_id)
    found = [
        (each, rounds_of(given, each))
        for form in catalogue.instruments()
        for each in [(relationship_id, form.id)]
    ]
    return tuple(
        _course(
            db,
            vault,
            rounds,
            baseline=(baselines or {}).get(each, change.LEAST_BASELINE),
            usual=usual,
            overlap=overlap,
        )
        for each, rounds in found
        if rounds
    )


def of(db: Connection, vault: Vault, kept: Given, *, baselines: Mapping[Theme, int]) -> Course | None:
    """The course that a questionnaire belongs to; None while there is nothing in it."""
    (kept,) = joined.of(db, vault).as_one([kept])
    rounds = rounds_of(administrations.of_client(db, vault, kept.body.client_id), theme(kept.body))
    if not rounds:
        return None
    return _course(db, vault, rounds, baseline=baselines.get(theme(kept.body), change.LEAST_BASELINE))


def compared(db: Connection, vault: Vault, kept: Given) -> Compared | None:
    """A result beside the one before it; None if there is none of the same version and kind."""
    (kept,) = joined.of(db, vault).as_one([kept])
    rounds = rounds_of(administrations.of_client(db, vault, kept.body.client_id), theme(kept.body))
    before = [each for each in rounds if (each.body.on, each.body.begun) < (kept.body.on, kept.body.begun)]
    if not before or _segment(before[-1]) != _segment(kept):
        return None
    instrument = administrations.instrument_of(kept.body)
    labels, top = wording.labels_of(instrument), highest(instrument)
    items = [results.answered_items(each.body) for each in (before[-1], kept)]
    scores = [results.scored(each, instrument) for each in items]
    same: list[str] = []
    others: list[tuple[str, str, str]] = []
    for part in course_parts.parts_of(instrument, [instrument] * 2, items, scores):
        old, new = part.readings
        before_, after_ = old.number, new.number
        if (
            before_ is not None
            and after_ is not None
            and change.about_the_same(before_, after_, old.asked, top)
        ):
            same.append(part.name)
            continue
        # The facets say in words what the whole would say in a number.
        if old.values and new.values and (part.kind != WHOLE or instrument.kind == "strengths"):
            then, now = (_said(each, labels) for each in (old, new))
            if then != now or part.kind != STRENGTHS:
                others.append((part.name, then, now))
    return Compared(on=before[-1].body.on, same=tuple(same), others=tuple(others))


def _said(read: Reading, labels: Mapping[int, str]) -> str:
    said = wording.facet_sentence(read.values, labels, read.asked, "clinician")
    some = len(read.values) < read.asked
    return wording.uncapitalised(said[:-1]) + (
        f" ({len(read.values)} of {read.asked} answered)" if some else ""
    )


def unchanged(rounds: Sequence[Given]) -> int:
    """How many of these rounds, at the end and of one version, were about the same as what was before.

    Give it no more rounds than are asked about, and the one before them: each is scored anew.
    """
    if not rounds:
        return 0
    newest = _segment(rounds[-1])
    last = [kept for kept in rounds if _segment(kept) == newest]
    instrument = administrations.instrument_of(last[-1].body)
    scored = [results.scored(results.answered_items(kept.body), instrument) for kept in last]
    numbers = [{"": each.total, **{facet.facet: facet.score for facet in each.facets}} for each in scored]
    items = {"": scored[-1].total_asked, **{facet.facet: facet.asked for facet in scored[-1].facets}}
    return change.unchanged_rounds(numbers, items, highest(instrument))


def _segment(kept: Given) -> tuple[str, str, str]:
    return kept.body.instrument_version, kept.body.digest, kept.body.frame


def _course(
    db: Connection,
    vault: Vault,
    given: Sequence[Given],
    *,
    baseline: int,
    usual: bool = False,
    overlap: bool = False,
) -> Course:
    bodies = [kept.body for kept in given]
    stretches = [list(group) for _, group in groupby(given, _segment)]
    segment_of = [number for number, stretch in enumerate(stretches) for _ in stretch]
    forms = [administrations.instrument_of(body) for body in bodies]
    items = [results.answered_items(body) for body in bodies]
    scores = [results.scored(answered, form) for answered, form in zip(items, forms, strict=True)]
    rounds = tuple(
        Round(
            id=kept.id,
            on=kept.body.on,
            segment=segment,
            mode=kept.body.mode,
            mode_words=administrations.MODES.get(kept.body.mode, kept.body.mode),
            version=kept.body.instrument_version,
            frame=administrations.frame_of(kept.body).label,
            answered=score.answered,
            asked=score.asked,
            stopped=kept.state == "stopped",
        )
        for kept, segment, score in zip(given, segment_of, scores, strict=True)
    )
    parts = [
        course_parts.told(part, rounds, forms[-1], baseline=baseline, usual=usual, overlap=overlap)
        for part in course_parts.parts_of(forms[-1], forms, items, scores)
    ]
    newest = bodies[-1]
    return Course(
        instrument=forms[-1],
        client_id=newest.client_id,
        client_name=clients.get(db, vault, newest.client_id).body.name,
        relationship_id=newest.relationship_id,
        about=results.about(db, vault, newest),
        rounds=rounds,
        segments=tuple(_named(stretches, number) for number in range(len(stretches))),
        segments_together=tuple(_told(stretches, number) for number in range(len(stretches))),
        parts=tuple(parts),
        chosen=tuple(sorted({item.value for each in items for item in each if item.value is not None})),
        baseline=baseline,
    )


def _told(stretches: Sequence[Sequence[Given]], number: int) -> str:
    named = _named(stretches, number)
    return NEW_WORDS if named.startswith(VERSION) else named


def _named(stretches: Sequence[Sequence[Given]], number: int) -> str:
    body = stretches[number][0].body
    before = stretches[number - 1][0].body if number else None
    if before is not None and before.instrument_version == body.instrument_version:
        return f"as {administrations.frame_of(body).label.lower()}"
    return f"{VERSION} {body.instrument_version}"
