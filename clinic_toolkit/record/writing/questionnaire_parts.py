"""What a note may say of a questionnaire: answers in words, what the client said, two optional lines."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import result_sentences
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.questionnaires import administrations, answered_items, remarks
from clinic_toolkit.record.questionnaires.administration_record import (
    ENDED_STATES,
    Administration,
    AdministrationState,
)
from clinic_toolkit.record.values.page_values import Result
from clinic_toolkit.record.writing.note_record import NotePart, PartSource, digest_of
from clinic_toolkit.vault.vault import Vault

AGREE, DISAGREE = "agree", "disagree"
_ROOM_SENTENCES = {
    AGREE: "the numbers and what was said in the room agree.",
    DISAGREE: "the numbers and what was said in the room do not agree.",
}


def room_sentence(title: str, choice: str) -> str:
    """The line on whether numbers and room agree, whole, since it is signed; "" for no choice."""
    return f"{title}: {_ROOM_SENTENCES[choice]}" if choice in _ROOM_SENTENCES else ""


def room_choice(part: NotePart) -> str:
    """The choice that a line on numbers and room was made from; "" if none was made."""
    return next((choice for choice in _ROOM_SENTENCES if part.text == room_sentence(part.title, choice)), "")


def list_questionnaire_parts(
    db: Connection, vault: Vault, session_administrations: Sequence[RecordVersion[Administration]]
) -> list[NotePart]:
    """The parts about the questionnaires that ended in a session, each with its source; no section yet.

    Words that the client said beside a question are left out until they are ticked. What the client chose on
    the page that was looked at together is in the note until its tick is taken away.
    """
    ended = []
    for administration in session_administrations:
        if administration.state in ENDED_STATES:
            with suppress(administrations.DefinitionUnreadable):
                ended.append((administration, results.build_result(db, vault, administration)))
    parts = []
    for administration, result in ended:
        subject = _subject_of(result, administration)
        alike = [
            other.payload.relationship_id
            for other, other_result in ended
            if _subject_of(other_result, other) == subject
        ]
        # No other person's name is in a note, but where two forms cannot be told apart without it.
        if len(set(alike)) > 1:
            subject += f" (“{result.relationship_word}”)"
        title = f"“{result.instrument.title}” about {subject}, {format_date(result.answered_on)}"
        parts += _parts_of(administration, result, title)
    return parts


def _subject_of(result: Result, administration: RecordVersion[Administration]) -> str:
    if administration.payload.relationship is None:
        return f"{answered_items.ABOUT_PEOPLE_IN_GENERAL}"
    return f"one relationship ({result.frame_label})"


def _parts_of(administration: RecordVersion[Administration], result: Result, title: str) -> list[NotePart]:
    origin = administration.id.hex
    payload = administration.payload
    # The words may change while the note is a draft; what is not edited is then replaced by the newer.
    parts = [
        NotePart(
            section="",
            source=PartSource.QUESTIONNAIRE,
            title=title,
            text=_questionnaire_sentence(result, administration),
            origin_id=origin,
        ),
        *_correction_parts(result, title, origin),
    ]
    for source, name, words in (
        (
            PartSource.CLIENT_WORDS,
            "words",
            f"The client says: “{payload.own_words}”" * bool(payload.own_words),
        ),
        (PartSource.NEXT_STEP, "next", next_step_sentence(payload.next_step)),
    ):
        if words:
            parts.append(
                NotePart(
                    section="",
                    source=source,
                    title=title,
                    text=words,
                    origin_id=f"{origin}-{name}-{digest_of(words)}",
                    is_offered=True,
                )
            )
    instrument_items = result.instrument.items
    parts += [
        NotePart(
            section="",
            source=PartSource.REMARK,
            title=title,
            text=f"Said beside “{remark.question}”: “{remark.text}”",
            origin_id=f"{origin}-{remark.index}",
            is_excluded=True,
            is_offered=True,
            is_sensitive=instrument_items[remark.index].safety_flag != SafetyFlag.NONE,
        )
        for remark in remarks.list_remarks(payload)
    ]
    return parts + [
        NotePart(section="", source=source, title=title, text="", origin_id=f"{origin}-{name}")
        for source, name in ((PartSource.ROOM, "room"), (PartSource.CLIENT_VIEW, "view"))
    ]


def next_step_sentence(next_step: str) -> str:
    """The client's next step as a line of a note; "" if there is none."""
    return f"Next step, chosen by the client: “{next_step}”" if next_step else ""


def _correction_parts(result: Result, title: str, origin: str) -> list[NotePart]:
    """What the client says against the questionnaire: in the note, like its summary, until it is left out."""
    says = result.client_says
    sentences = [f"The client corrects: “{says.wrong}”"] if says.wrong else []
    sentences += [
        f"The result says: {line.text} The client says instead: “{line.correction}”"
        for line in says.corrected
    ]
    if not sentences:
        return []
    text = "\n".join(sentences)
    return [
        NotePart(
            section="",
            source=PartSource.CORRECTION,
            title=title,
            text=text,
            origin_id=f"{origin}-says-{digest_of(text)}",
        )
    ]


def _questionnaire_sentence(result: Result, administration: RecordVersion[Administration]) -> str:
    outcome = "Completed" if administration.state == AdministrationState.COMPLETED else "Began and stopped"
    questions_to_talk_about = [f"“{item.text}”" for item in result.to_talk_about]
    talk_sentence = (
        f"Marked to talk about: {' '.join(questions_to_talk_about)}" if questions_to_talk_about else ""
    )
    sentences = " ".join(
        filter(
            None,
            (_answers_in_words(result), talk_sentence, f"{_evidence_standing(result)}; used for discussion."),
        )
    )
    return (
        f"{outcome} “{result.instrument.title}” about {_subject_of(result, administration)}, "
        f"{result.mode_label}, {result.answered} of {result.asked} answered. {sentences}"
    )


def _evidence_standing(result: Result) -> str:
    if not result.instrument.own:
        return "Unvalidated tool"
    return f"The practice’s own questionnaire; its card says “{result.instrument.evidence.level}”"


def _answers_in_words(result: Result) -> str:
    """What was answered: facet by facet with counts, or every answer of a check-in, which has no facets."""
    if result.instrument.missing is not None:
        return result_sentences.describe_all_facets(
            result.instrument, answered_items.score_answers(result.items, result.instrument)
        )
    return " ".join(result_sentences.quote_item(item.label, item.text) for item in result.items if item.label)
