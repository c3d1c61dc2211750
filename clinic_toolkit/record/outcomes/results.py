"""What is shown of one administration: the clinician's result, the joint review, the client page.

Applies the scoring and wording rules of `psychometrics` to the answers and returns frozen values; it never
stores anything.
"""

import re
from datetime import date

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.instruments.closed_sets import InstrumentKind, ItemRole, SafetyFlag
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import (
    response_patterns,
    result_sentences,
    safety_prompt_rules,
)
from clinic_toolkit.psychometrics.bands import describe_band, find_band
from clinic_toolkit.psychometrics.scoring import format_score
from clinic_toolkit.record.outcomes import worksheet_matching
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.questionnaires import (
    administrations,
    answered_items,
    answers,
    corrections,
    remarks,
)
from clinic_toolkit.record.questionnaires.administration_record import (
    Administration,
    AdministrationMode,
    AdministrationState,
)
from clinic_toolkit.record.safety.fear_holds import FearHolds
from clinic_toolkit.record.values.page_values import (
    AnnotatedAnswer,
    AnsweredItem,
    ClientPage,
    FacetResult,
    JointReview,
    Letterhead,
    Result,
)
from clinic_toolkit.vault.vault import Vault

# Other people may find the paper, so its heading names neither a topic nor a person.
CLIENT_PAGE_TITLE = "What I take with me"


def result_heading(instrument: Instrument, client_name: str, relationship_word: str, *, general: bool) -> str:
    """The heading of a result: "How Ana gives to M.", or "How I give: Ana" about people in general.

    The heading in a definition is worded for one person's name and does not fit "people in general".
    """
    if general:
        return f"{instrument.title}: {client_name}"
    names = {"client": client_name, "about": relationship_word}
    return re.sub(r"\{(client|about)\}", lambda match: names[match[1]], instrument.result_heading)


def build_result(db: Connection, vault: Vault, administration: RecordVersion[Administration]) -> Result:
    """Build the result of one administration: nothing about fear is looked up, and no sheet is offered."""
    payload = administration.payload
    instrument = administrations.instrument_of(payload)
    items = answered_items.list_answered_items(payload)
    score = answered_items.score_answers(items, instrument)
    facet_names = {facet.id: facet.name for facet in instrument.facets}
    strengths = [item for item in items if item.role == ItemRole.STRENGTH and item.label is not None]
    strength_ids = set(result_sentences.strength_item_ids(instrument, score))
    client_name = clients.load_client(db, vault, payload.client_id).payload.called
    relationship_word = answered_items.relationship_label(db, vault, payload)
    answers_by_facet = _annotated_answers(instrument, items)
    is_scored = instrument.missing is not None
    return Result(
        instrument=instrument,
        heading=result_heading(
            instrument, client_name, relationship_word, general=payload.relationship_id is None
        ),
        client_name=client_name,
        relationship_word=relationship_word,
        frame_label=administrations.frame_of(payload).label,
        mode_label=administrations.mode_label(payload),
        is_finished=administration.state == AdministrationState.COMPLETED,
        is_stopped=administration.state == AdministrationState.STOPPED,
        answered_on=payload.answered_on,
        answered=score.answered,
        asked=score.asked,
        strengths=tuple(item for item in strengths if item.item_id in strength_ids),
        other_strengths=tuple(item for item in strengths if item.item_id not in strength_ids),
        facets=tuple(
            FacetResult(
                name=facet_names[facet.facet],
                sentence=result_sentences.describe_facet(instrument, facet),
                answered=facet.answered,
                asked=facet.asked,
                display_score=None if facet.score is None else format_score(instrument.score, facet.score),
                values=() if facet.is_group else facet.values_for_sentence,
                reverse_scored=()
                if facet.is_group
                else tuple(item for item in items if item.item_id in facet.reverse_scored),
                band=describe_band(find_band(instrument, facet.score, facet.facet)),
                depth=facet.depth,
                annotated_answers=answers_by_facet.get(facet.facet, ()),
                client_sentence=result_sentences.client_sentence(instrument, facet),
            )
            for facet in score.facets
            if is_scored
        ),
        display_total=None if score.total is None else format_score(instrument.score, score.total),
        total_band=describe_band(find_band(instrument, score.total)),
        total_answered=score.total_answered,
        total_asked=score.total_asked,
        to_talk_about=tuple(item for item in items if item.wants_to_talk),
        remarks=tuple(item for item in items if item.remark),
        pattern_notes=response_patterns.pattern_notes(
            instrument,
            items,
            seconds=answers.seconds_between_answers(payload.answers),
            self_entered=payload.mode == AdministrationMode.SELF_ENTERED,
        )
        if is_scored
        else (),
        safety_prompts=safety_prompt_rules.list_prompt_sentences(
            instrument, items, finished=administration.state == AdministrationState.COMPLETED
        ),
        items=items,
        open_line_question=administrations.open_line_question(payload),
        open_line_answer=payload.open_line_answer,
        client_says=corrections.match_client_says(
            payload.wrong,
            payload.corrections,
            {
                *(_strength_sentence(item) for item in items),
                *(result_sentences.client_sentence(instrument, facet) for facet in score.facets),
            },
        ),
    )


def _annotated_answers(
    instrument: Instrument, items: tuple[AnsweredItem, ...]
) -> dict[str, tuple[AnnotatedAnswer, ...]]:
    """The answers that have a softer line beside them, by facet."""
    line_by_item = {
        softer_line.item_id: softer_line.text
        for softer_line in safety_prompt_rules.list_softer_lines(instrument, items)
    }
    answers_by_facet: dict[str, tuple[AnnotatedAnswer, ...]] = {}
    for item, answer in zip(instrument.items, items, strict=True):
        if line := line_by_item.get(item.id):
            answers_by_facet[item.facet] = (
                *answers_by_facet.get(item.facet, ()),
                AnnotatedAnswer(item=answer, line=line),
            )
    return answers_by_facet


def build_result_with_offers(
    db: Connection,
    vault: Vault,
    administration: RecordVersion[Administration],
    holds: FearHolds,
    *,
    today: date,
) -> Result:
    """Build the result with the worksheets that fit its answers, and whether sheets stay in the room.

    Args:
        holds: of the client whose administration it is; they decide which sheets may be suggested.
        today: for the age of the last inquiry about fear.
    """
    result, relationship_id = build_result(db, vault, administration), administration.payload.relationship_id
    result = msgspec.structs.replace(result, is_room_only=holds.is_room_only(relationship_id))
    if result.instrument.missing is None:
        # The single answers of a weekly check-in are too little reason to offer a sheet.
        return result
    return worksheet_matching.add_offers(
        result, holds, relationship_id, administrations.frame_of(administration.payload).id, today=today
    )


def build_joint_review(
    db: Connection, vault: Vault, administration: RecordVersion[Administration]
) -> JointReview:
    """Build the page to look at together: strengths, what was marked, at most three plain sentences.

    For a check-in it shows every answer that was given, strengths first. A marked question about fear is
    counted but not named, because this page is shown in large type and others may see it.
    """
    instrument = administrations.instrument_of(administration.payload)
    items = answered_items.list_answered_items(administration.payload)
    item_by_id = {item.item_id: item for item in items}
    score = answered_items.score_answers(items, instrument)
    items_to_talk_about = [item for item in items if item.wants_to_talk]
    fear_item_ids = {item.id for item in instrument.items if item.safety_flag == SafetyFlag.FEAR}
    named_items = tuple(item for item in items_to_talk_about if item.item_id not in fear_item_ids)
    strengths = result_sentences.strength_item_ids(instrument, score)
    check_in = instrument.kind == InstrumentKind.CHECK_IN
    others = [item for item in items if check_in and item.label is not None and item.item_id not in strengths]
    client_corrections = administration.payload.corrections
    return JointReview(
        instrument=instrument,
        relationship_word=answered_items.relationship_label(db, vault, administration.payload),
        strengths=corrections.apply_corrections(
            (_strength_sentence(item_by_id[id]) for id in strengths), client_corrections
        ),
        other_statements=corrections.apply_corrections(map(_strength_sentence, others), client_corrections),
        to_talk_about=named_items,
        unnamed_count=len(items_to_talk_about) - len(named_items),
        stood_out=corrections.apply_corrections(
            result_sentences.stood_out_sentences(instrument, score), client_corrections
        ),
        remarks=remarks.list_printable_remarks(administration.payload),
        open_line_question=administrations.open_line_question(administration.payload),
        open_line_answer=administration.payload.open_line_answer,
    )


def build_client_page(
    letterhead: Letterhead, administration: RecordVersion[Administration], *, stood_out: bool = False
) -> ClientPage:
    """Build the page that the client may take along.

    It shows no number, no name, no topic in its heading, and not which questions were left unanswered. A
    correction by the client replaces the line that it corrects.

    Args:
        stood_out: include the sentences about what stood out. They name topics, and other people may find the
            paper, so they are left out by default.
    """
    instrument = administrations.instrument_of(administration.payload)
    items = answered_items.list_answered_items(administration.payload)
    item_by_id = {item.item_id: item for item in items}
    score = answered_items.score_answers(items, instrument)
    strength_sentences = [
        _strength_sentence(item_by_id[id])
        for id in result_sentences.strength_item_ids(instrument, score, goes_home=True)
    ]
    stood_out_sentences = (
        result_sentences.stood_out_sentences(instrument, score, goes_home=True) if stood_out else ()
    )
    client_corrections = administration.payload.corrections
    return ClientPage(
        letterhead=letterhead,
        title=CLIENT_PAGE_TITLE,
        answered_on=administration.payload.answered_on,
        strengths=tuple(
            line.shown_text for line in corrections.apply_corrections(strength_sentences, client_corrections)
        ),
        stood_out=tuple(
            line.shown_text for line in corrections.apply_corrections(stood_out_sentences, client_corrections)
        ),
        own_words=(
            *(line.text for line in remarks.remarks_on_client_page(administration.payload)),
            *(
                line
                for text in (administration.payload.open_line_answer, administration.payload.own_words)
                for line in text.splitlines()
                if line.strip()
            ),
        ),
        next_step=administration.payload.next_step,
    )


def _strength_sentence(item: AnsweredItem) -> str:
    return result_sentences.quote_item(item.label or "", item.text)
