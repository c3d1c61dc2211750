"""Courses: one questionnaire about one relationship over time; never two relationships in one course.

A new version of the questionnaire, or another frame of the relationship, starts a new segment: no line, range
or comparison crosses from one to the next. A round that was stopped early is included with its answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import result_sentences, score_change
from clinic_toolkit.psychometrics.scoring import highest_value
from clinic_toolkit.record.outcomes import course_parts
from clinic_toolkit.record.people import clients, joined_entries
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administrations import Administration
from clinic_toolkit.record.values.course_values import STRENGTHS, WHOLE, Comparison, Course, Reading, Round
from clinic_toolkit.vault.vault import Vault

COURSE_STATES = ("completed", "stopped")
# What a break between segments is called, for the clinician and for the client.
VERSION_LABEL, NEW_WORDING_LABEL = "version", "the questions in new words"

AdministrationVersion = RecordVersion[Administration]
# The relationship (None: people in general) and the id of the questionnaire; each key has one course.
SeriesKey = tuple[UUID | None, str]


def series_key_of(administration: Administration) -> SeriesKey:
    """The key of the course that a questionnaire belongs to."""
    return administration.relationship_id, administration.instrument_id


def list_rounds(
    administrations_given: Iterable[AdministrationVersion], series_key: SeriesKey
) -> list[AdministrationVersion]:
    """Select the rounds of one course, finished or stopped, oldest first."""
    found = [
        kept
        for kept in administrations_given
        if series_key_of(kept.payload) == series_key and kept.state in COURSE_STATES
    ]
    return sorted(found, key=lambda kept: (kept.payload.answered_on, kept.payload.begun_at))


def list_courses(
    db: Connection,
    vault: Vault,
    client_id: UUID,
    relationship_id: UUID | None,
    *,
    baselines: Mapping[SeriesKey, int] | None = None,
    with_usual_range: bool = False,
    with_overlap: bool = False,
) -> tuple[Course, ...]:
    """Every course about one relationship, or in general (None), in the order of the catalogue.

    Args:
        baselines: how many first rounds were declared as the baseline, by series key; three by default.
        with_usual_range: compute the usual range so far, where there are enough points.
        with_overlap: compute the overlap of baseline and later, where there are enough points.
    """
    given = administrations.list_administrations(db, vault, client_id)
    found = [
        (each, list_rounds(given, each))
        for form in catalogue.list_instruments()
        for each in [(relationship_id, form.id)]
    ]
    return tuple(
        _build_course(
            db,
            vault,
            rounds,
            baseline=(baselines or {}).get(each, score_change.MIN_BASELINE_ROUNDS),
            with_usual_range=with_usual_range,
            with_overlap=with_overlap,
        )
        for each, rounds in found
        if rounds
    )


def find_course(
    db: Connection, vault: Vault, administration: AdministrationVersion, *, baselines: Mapping[SeriesKey, int]
) -> Course | None:
    """The course that a questionnaire belongs to; None if it has no finished or stopped round yet."""
    (administration,) = joined_entries.load_joined_entries(db, vault).under_primary([administration])
    rounds = list_rounds(
        administrations.list_administrations(db, vault, administration.payload.client_id),
        series_key_of(administration.payload),
    )
    if not rounds:
        return None
    return _build_course(
        db,
        vault,
        rounds,
        baseline=baselines.get(series_key_of(administration.payload), score_change.MIN_BASELINE_ROUNDS),
    )


def compare_with_previous(
    db: Connection, vault: Vault, administration: AdministrationVersion
) -> Comparison | None:
    """Compare a result with the round just before it.

    Returns:
        None if there is no earlier round, or if it has another version or frame.
    """
    (administration,) = joined_entries.load_joined_entries(db, vault).under_primary([administration])
    rounds = list_rounds(
        administrations.list_administrations(db, vault, administration.payload.client_id),
        series_key_of(administration.payload),
    )
    before = [
        each
        for each in rounds
        if (each.payload.answered_on, each.payload.begun_at)
        < (administration.payload.answered_on, administration.payload.begun_at)
    ]
    if not before or _segment_key(before[-1]) != _segment_key(administration):
        return None
    instrument = administrations.instrument_of(administration.payload)
    labels, top = result_sentences.option_labels(instrument), highest_value(instrument)
    items = [answered_items.list_answered_items(each.payload) for each in (before[-1], administration)]
    scores = [answered_items.score_answers(each, instrument) for each in items]
    same: list[str] = []
    others: list[tuple[str, str, str]] = []
    for part in course_parts.iter_course_parts(instrument, [instrument] * 2, items, scores):
        old, new = part.readings
        before_, after_ = old.score, new.score
        if (
            before_ is not None
            and after_ is not None
            and score_change.is_about_the_same(before_, after_, old.asked, top)
        ):
            same.append(part.name)
            continue
        # The whole has no sentence of its own where its facets are described already.
        if old.values and new.values and (part.kind != WHOLE or instrument.kind == "strengths"):
            then, now = (_reading_in_words(each, labels) for each in (old, new))
            if then != now or part.kind != STRENGTHS:
                others.append((part.name, then, now))
    return Comparison(
        previous_date=before[-1].payload.answered_on, unchanged_parts=tuple(same), changed_parts=tuple(others)
    )


def _reading_in_words(reading: Reading, labels: Mapping[int, str]) -> str:
    said = result_sentences.describe_answers(reading.values, labels, reading.asked, "clinician")
    some = len(reading.values) < reading.asked
    return result_sentences.uncapitalise(said[:-1]) + (
        f" ({len(reading.values)} of {reading.asked} answered)" if some else ""
    )


def count_unchanged_rounds(rounds: Sequence[AdministrationVersion]) -> int:
    """Count the unchanged rounds at the end, within the newest segment (`score_change`).

    Every round is scored again, so pass only the rounds in question and the one before them.

    Args:
        rounds: oldest first.
    """
    if not rounds:
        return 0
    newest = _segment_key(rounds[-1])
    last = [kept for kept in rounds if _segment_key(kept) == newest]
    instrument = administrations.instrument_of(last[-1].payload)
    scored = [
        answered_items.score_answers(answered_items.list_answered_items(kept.payload), instrument)
        for kept in last
    ]
    numbers = [{"": each.total, **{facet.facet: facet.score for facet in each.facets}} for each in scored]
    items = {"": scored[-1].total_asked, **{facet.facet: facet.asked for facet in scored[-1].facets}}
    return score_change.count_unchanged_rounds(numbers, items, highest_value(instrument))


def _segment_key(administration: AdministrationVersion) -> tuple[str, str, str]:
    return (
        administration.payload.instrument_version,
        administration.payload.definition_digest,
        administration.payload.frame,
    )


def _build_course(
    db: Connection,
    vault: Vault,
    rounds_given: Sequence[AdministrationVersion],
    *,
    baseline: int,
    with_usual_range: bool = False,
    with_overlap: bool = False,
) -> Course:
    bodies = [kept.payload for kept in rounds_given]
    stretches = [list(group) for _, group in groupby(rounds_given, _segment_key)]
    segment_of = [number for number, stretch in enumerate(stretches) for _ in stretch]
    forms = [administrations.instrument_of(body) for body in bodies]
    items = [answered_items.list_answered_items(body) for body in bodies]
    scores = [
        answered_items.score_answers(answered, form) for answered, form in zip(items, forms, strict=True)
    ]
    rounds = tuple(
        Round(
            id=kept.id,
            answered_on=kept.payload.answered_on,
            segment=segment,
            mode=kept.payload.mode,
            mode_label=administrations.MODE_LABELS.get(kept.payload.mode, kept.payload.mode),
            version=kept.payload.instrument_version,
            frame_label=administrations.frame_of(kept.payload).label,
            answered=score.answered,
            asked=score.asked,
            stopped=kept.state == "stopped",
        )
        for kept, segment, score in zip(rounds_given, segment_of, scores, strict=True)
    )
    parts = [
        course_parts.describe_part(
            part,
            rounds,
            forms[-1],
            baseline=baseline,
            with_usual_range=with_usual_range,
            with_overlap=with_overlap,
        )
        for part in course_parts.iter_course_parts(forms[-1], forms, items, scores)
    ]
    newest = bodies[-1]
    return Course(
        instrument=forms[-1],
        client_id=newest.client_id,
        client_name=clients.load_client(db, vault, newest.client_id).payload.name,
        relationship_id=newest.relationship_id,
        relationship_word=answered_items.relationship_label(db, vault, newest),
        rounds=rounds,
        segment_labels=tuple(_segment_label(stretches, number) for number in range(len(stretches))),
        client_segment_labels=tuple(
            _client_segment_label(stretches, number) for number in range(len(stretches))
        ),
        parts=tuple(parts),
        chosen_values=tuple(
            sorted({item.value for each in items for item in each if item.value is not None})
        ),
        baseline_rounds=baseline,
    )


def _client_segment_label(segments: Sequence[Sequence[AdministrationVersion]], number: int) -> str:
    named = _segment_label(segments, number)
    return NEW_WORDING_LABEL if named.startswith(VERSION_LABEL) else named


def _segment_label(segments: Sequence[Sequence[AdministrationVersion]], number: int) -> str:
    body = segments[number][0].payload
    before = segments[number - 1][0].payload if number else None
    if before is not None and before.instrument_version == body.instrument_version:
        return f"as {administrations.frame_of(body).label.lower()}"
    return f"{VERSION_LABEL} {body.instrument_version}"
