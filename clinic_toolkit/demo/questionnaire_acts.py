"""Gives one questionnaire of the demo: read aloud, or from some item on answered by the client alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace
from sqlalchemy import Connection

from clinic_toolkit.demo import content
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import client_side, clinician_side
from clinic_toolkit.record.handovers.answer_log import HandoverAct
from clinic_toolkit.record.questionnaires import administrations, answered_items, progress
from clinic_toolkit.record.questionnaires.administration_record import Administration, AdministrationState
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.safety import open_prompt_groups, risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry
from clinic_toolkit.vault.vault import Vault

_STATUS_BY_CODE = {"d": ResponseStatus.DECLINED, "n": ResponseStatus.DID_NOT_COME_UP}
_NO_ANSWER = Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="")
_ANSWER_DELAY, _HANDOVER_DELAY = timedelta(seconds=20), timedelta(seconds=4)


def give_questionnaire(
    db: Connection,
    vault: Vault,
    administration: RecordVersion[Administration],
    spec: content.Questionnaire,
    *,
    now: datetime,
) -> RecordVersion[Administration]:
    """Record every answer at its time, and end the questionnaire as its `spec` says."""
    answers = list(_timed_responses(spec, now))
    answered_at = now
    for number, response, answered_at in answers:
        if not spec.alone or number < spec.alone:
            administration = progress.record_response(
                db, vault, administration, number - 1, response, now=answered_at
            )
    if spec.alone:
        client_answers = [answer for answer in answers if answer[0] >= spec.alone]
        if spec.open_line:
            answered_at += _ANSWER_DELAY
            client_answers.append(
                (
                    len(administration.payload.answers.statuses) + 1,
                    replace(_NO_ANSWER, remark=spec.open_line),
                    answered_at,
                )
            )
        return _hand_over_and_merge(db, vault, administration, client_answers, now=answered_at)
    if spec.open_line:
        answered_at += _ANSWER_DELAY
        administration = progress.record_responses(
            db, vault, administration, {}, open_line_answer=spec.open_line, now=answered_at
        )
    finish = (
        progress.complete_administration
        if spec.state == AdministrationState.COMPLETED
        else progress.stop_administration
    )
    return finish(db, vault, administration, now=answered_at + _ANSWER_DELAY)


def write_risk_entry(
    db: Connection,
    vault: Vault,
    administration: RecordVersion[Administration],
    spec: content.Risk,
    *,
    now: datetime,
) -> None:
    """Write the risk entry that closes the prompts of this questionnaire."""
    entry = RiskEntry(
        client=administration.payload.client,
        therapy_session=administration.payload.therapy_session,
        entry_date=now.astimezone().date(),
        relationship=administration.payload.relationship,
        administration=administration.id.bytes,
        named_answers=tuple(
            answer
            for group in open_prompt_groups.list_groups_after(db, vault, administration)
            for answer in group.raised_by
        ),
        action=spec.how,
        deferral_reason=spec.because,
        asked_text=spec.asked,
        protective_factors=spec.protects,
        action_taken=spec.did,
        consultation=spec.consulted,
        sheet_place=spec.fear,
    )
    risk_entries.create_risk_entry(db, vault, entry, now=now)


def _timed_responses(spec: content.Questionnaire, now: datetime) -> Iterator[tuple[int, Response, datetime]]:
    for index, answer in enumerate(spec.answers.split()):
        if answer == ".":
            continue
        code = answer.removesuffix("*")
        response = Response(
            status=_STATUS_BY_CODE.get(code, ResponseStatus.ANSWERED),
            value=None if code in _STATUS_BY_CODE else int(code),
            wants_to_talk=answer.endswith("*"),
            remark=spec.said.get(str(index + 1), ""),
        )
        now += timedelta(seconds=14 + 5 * (index % 3) + 2 * len(response.remark) // 10)
        yield index + 1, response, now


def _hand_over_and_merge(
    db: Connection,
    vault: Vault,
    administration: RecordVersion[Administration],
    answers: list[tuple[int, Response, datetime]],
    *,
    now: datetime,
) -> RecordVersion[Administration]:
    relationship_word = answered_items.relationship_label(db, vault, administration.payload)
    handover, ticket = clinician_side.create_handover(
        db, vault, administration, relationship_word=relationship_word, now=answers[0][2] - _HANDOVER_DELAY
    )
    for number, response, answered_at in answers:
        client_side.record_answer(db, ticket, number, response, now=answered_at)
    client_side.record_act(db, ticket, HandoverAct.FINISHED, now=now + _HANDOVER_DELAY)
    merged = clinician_side.merge_handover(db, vault, handover, now=now + 2 * _HANDOVER_DELAY)
    clinician_side.close_handover(db, vault, merged, now=now + 3 * _HANDOVER_DELAY)
    return administrations.load_administration(db, vault, administration.id)
