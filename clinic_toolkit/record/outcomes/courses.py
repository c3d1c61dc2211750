"""Courses: one questionnaire about one relationship over time; never two relationships in one course.

A new version of the questionnaire, or another frame of the relationship, starts a new segment: no line, range
or comparison crosses from one to the next. A round that was stopped early is included with its answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.closed_sets import InstrumentKind
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import result_sentences, score_change
from clinic_toolkit.psychometrics.scoring import highest_value
from clinic_toolkit.record.outcomes import course_parts
from clinic_toolkit.record.people import clients, joined_entries
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import (
    ENDED_STATES,
    MODE_LABELS,
    Administration,
    AdministrationState,
)
from clinic_toolkit.record.values.course_values import Comparison, Course, PartKind, Reading, Round
from clinic_toolkit.vault.vault import Vault

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
    rounds = [
        administration
        for administration in administrations_given
        if series_key_of(administration.payload) == series_key and administration.state in ENDED_STATES
    ]
    return sorted(
        rounds,
        key=lambda administration: (administration.payload.answered_on, administration.payload.begun_at),
    )


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
    """The courses about one relationship, or in general (None), in the order of the catalogue.

    A practice's own questionnaires have none: the rules say nothing of sums, weights and reversed items.

    Args:
        baselines: how many first rounds were declared as the baseline, by series key; three by default.
        with_usual_range: compute the usual range so far, where there are enough points.
        with_overlap: compute the overlap of baseline and later, where there are enough points.
    """
    administrations_given = administrations.list_administrations(db, vault, client_id)
    rounds_by_series = [
        (series_key, list_rounds(administrations_given, series_key))
        for instrument in catalogue.list_instruments()
        for series_key in [(relationship_id, instrument.id)]
    ]
    return tuple(
        _build_course(
            db,
            vault,
            rounds,
            baseline=(baselines or {}).get(series_key, score_change.MIN_BASELINE_ROUNDS),
            with_usual_range=with_usual_range,
            with_overlap=with_overlap,
        )
        for series_key, rounds in rounds_by_series
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
    earlier = [
        candidate
        for candidate in rounds
        if (candidate.payload.answered_on, candidate.payload.begun_at)
        < (administration.payload.answered_on, administration.payload.begun_at)
    ]
    if not earlier or _segment_key(earlier[-1]) != _segment_key(administration):
        return None
    instrument = administrations.instrument_of(administration.payload)
    labels, highest = result_sentences.option_labels(instrument), highest_value(instrument)
    items = [answered_items.list_answered_items(version.payload) for version in (earlier[-1], administration)]
    scores = [answered_items.score_answers(answered, instrument) for answered in items]
    unchanged_parts: list[str] = []
    changed_parts: list[tuple[str, str, str]] = []
    for part in course_parts.iter_course_parts(instrument, [instrument] * 2, items, scores):
        old_reading, new_reading = part.readings
        old_score, new_score = old_reading.score, new_reading.score
        if (
            old_score is not None
            and new_score is not None
            and score_change.is_about_the_same(old_score, new_score, old_reading.asked, highest)
        ):
            unchanged_parts.append(part.name)
            continue
        # The whole has no sentence of its own where its facets are described already.
        if (
            old_reading.values
            and new_reading.values
            and (part.kind != PartKind.WHOLE or instrument.kind == InstrumentKind.STRENGTHS)
        ):
            old_words, new_words = (
                _reading_in_words(reading, labels) for reading in (old_reading, new_reading)
            )
            if old_words != new_words or part.kind != PartKind.STRENGTHS:
                changed_parts.append((part.name, old_words, new_words))
    return Comparison(
        previous_date=earlier[-1].payload.answered_on,
        unchanged_parts=tuple(unchanged_parts),
        changed_parts=tuple(changed_parts),
    )


def _reading_in_words(reading: Reading, labels: Mapping[int, str]) -> str:
    sentence = result_sentences.describe_answers(
        reading.values, labels, reading.asked, result_sentences.Audience.CLINICIAN
    )
    is_partial = len(reading.values) < reading.asked
    return result_sentences.uncapitalise(sentence[:-1]) + (
        f" ({len(reading.values)} of {reading.asked} answered)" if is_partial else ""
    )


def count_unchanged_rounds(vault: Vault, rounds: Sequence[AdministrationVersion]) -> int:
    """Count the unchanged rounds at the end, within the newest segment (`score_change`).

    Every round is scored, so pass only the rounds in question and the one before them. The count is kept on
    the vault for as long as these versions are the newest.

    Args:
        rounds: oldest first.
    """
    if not rounds:
        return 0
    cache, newest = vault.record_cache.setdefault("unchanged rounds", {}), rounds[-1].id.int
    versions = [administration.content_id for administration in rounds]
    if newest not in cache or cache[newest][0] != versions:
        cache[newest] = (versions, _count_unchanged_rounds(rounds))
    return int(cache[newest][1])


def _count_unchanged_rounds(rounds: Sequence[AdministrationVersion]) -> int:
    newest_key = _segment_key(rounds[-1])
    newest_rounds = [
        administration for administration in rounds if _segment_key(administration) == newest_key
    ]
    instrument = administrations.instrument_of(newest_rounds[-1].payload)
    scores = [
        answered_items.score_answers(answered_items.list_answered_items(administration.payload), instrument)
        for administration in newest_rounds
    ]
    scores_by_facet = [
        {"": score.total, **{facet.facet: facet.score for facet in score.facets}} for score in scores
    ]
    asked_by_facet = {"": scores[-1].total_asked, **{facet.facet: facet.asked for facet in scores[-1].facets}}
    return score_change.count_unchanged_rounds(scores_by_facet, asked_by_facet, highest_value(instrument))


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
    payloads = [administration.payload for administration in rounds_given]
    segments = [list(group) for _, group in groupby(rounds_given, _segment_key)]
    segment_numbers = [number for number, segment in enumerate(segments) for _ in segment]
    instruments = [administrations.instrument_of(payload) for payload in payloads]
    items = [answered_items.list_answered_items(payload) for payload in payloads]
    scores = [
        answered_items.score_answers(answered, instrument)
        for answered, instrument in zip(items, instruments, strict=True)
    ]
    rounds = tuple(
        Round(
            id=administration.id,
            answered_on=administration.payload.answered_on,
            segment=segment_number,
            mode=administration.payload.mode,
            mode_label=MODE_LABELS[administration.payload.mode],
            version=administration.payload.instrument_version,
            frame_label=administrations.frame_of(administration.payload).label,
            answered=score.answered,
            asked=score.asked,
            stopped=administration.state == AdministrationState.STOPPED,
        )
        for administration, segment_number, score in zip(rounds_given, segment_numbers, scores, strict=True)
    )
    parts = [
        course_parts.describe_part(
            part,
            rounds,
            instruments[-1],
            baseline=baseline,
            with_usual_range=with_usual_range,
            with_overlap=with_overlap,
        )
        for part in course_parts.iter_course_parts(instruments[-1], instruments, items, scores)
    ]
    newest_payload = payloads[-1]
    return Course(
        instrument=instruments[-1],
        client_id=newest_payload.client_id,
        client_name=clients.load_client(db, vault, newest_payload.client_id).payload.called,
        relationship_id=newest_payload.relationship_id,
        relationship_word=answered_items.relationship_label(db, vault, newest_payload),
        rounds=rounds,
        segment_labels=tuple(_segment_label(segments, number) for number in range(len(segments))),
        client_segment_labels=tuple(
            _client_segment_label(segments, number) for number in range(len(segments))
        ),
        parts=tuple(parts),
        chosen_values=tuple(
            sorted({item.value for answered in items for item in answered if item.value is not None})
        ),
        baseline_rounds=baseline,
    )


def _client_segment_label(segments: Sequence[Sequence[AdministrationVersion]], number: int) -> str:
    label = _segment_label(segments, number)
    return NEW_WORDING_LABEL if label.startswith(VERSION_LABEL) else label


def _segment_label(segments: Sequence[Sequence[AdministrationVersion]], number: int) -> str:
    payload = segments[number][0].payload
    previous = segments[number - 1][0].payload if number else None
    if previous is not None and previous.instrument_version == payload.instrument_version:
        return f"as {administrations.frame_of(payload).label.lower()}"
    return f"{VERSION_LABEL} {payload.instrument_version}"
