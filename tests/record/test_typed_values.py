"""Typed values: what is stored comes back as it was, in one way of writing, and only where it may stand."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import returned_answers
from clinic_toolkit.record.handovers.answer_log import HandoverRow
from clinic_toolkit.record.questionnaires import answers
from clinic_toolkit.record.questionnaires.answers import Answers, Response
from clinic_toolkit.record.questionnaires.typed_values import (
    TypedValue,
    Value,
    ValueKind,
    decode_value,
    encode_value,
)
from tests.fixtures.practices import giving

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
VALUES = st.one_of(st.integers(), DECIMALS, st.dates(), st.text(max_size=50))


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: Value) -> None:
    stored = encode_value(value)
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(stored), type=TypedValue)
    assert decode_value(again) == value and type(decode_value(again)) is type(value)


def test_a_decimal_keeps_the_digits_it_was_given_with() -> None:
    assert encode_value(Decimal("2.50")) == TypedValue(ValueKind.DECIMAL, "2.50")
    assert str(decode_value(encode_value(Decimal("2.50")))) == "2.50"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ValueKind.INTEGER, "012"),
        (ValueKind.INTEGER, "1_000"),
        (ValueKind.INTEGER, "twelve"),
        (ValueKind.DECIMAL, "2,5"),
        (ValueKind.DECIMAL, "1e3"),
        (ValueKind.DATE, "20261130"),
        (ValueKind.DATE, "30.11.2026"),
    ],
)
def test_another_way_of_writing_is_refused(kind: ValueKind, text: str) -> None:
    with pytest.raises(ValueError, match=r"(not|Invalid|invalid)"):
        TypedValue(kind, text)
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(msgspec.msgpack.encode([kind, text]), type=TypedValue)


def typed(value: Value) -> Response:
    return Response(
        status=ResponseStatus.ANSWERED, value=None, wants_to_talk=False, remark="", typed=encode_value(value)
    )


def test_an_answer_holds_status_talk_time_and_a_typed_value() -> None:
    stored = answers.blank_answers(3)
    stored = answers.with_response(stored, 1, typed(date(2026, 11, 30)), elapsed=timedelta(seconds=9))
    stored = answers.with_response(stored, 0, typed(7), elapsed=timedelta(seconds=4))
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(stored), type=Answers)
    assert answers.decode_responses(again)[:2] == [typed(7), typed(date(2026, 11, 30))]
    assert answers.answer_times(again)[:2] == [timedelta(seconds=4), timedelta(seconds=9)]
    chosen = Response(status=ResponseStatus.ANSWERED, value=2, wants_to_talk=True, remark="")
    stored = answers.with_response(stored, 1, chosen, elapsed=timedelta())
    assert answers.decode_responses(stored)[1] == chosen and len(stored.typed_values) == 1


def test_an_answer_has_one_value() -> None:
    both = msgspec.structs.replace(typed(7), value=1)
    without = Response(status=ResponseStatus.ANSWERED, value=None, wants_to_talk=False, remark="")
    declined = msgspec.structs.replace(typed(7), status=ResponseStatus.DECLINED)
    for response in (both, without, declined):
        with pytest.raises(ValueError, match="one value"):
            answers.with_response(answers.blank_answers(1), 0, response, elapsed=timedelta())


def test_answers_of_before_are_read_without_typed_values() -> None:
    stored = answers.blank_answers(2)
    fields = msgspec.to_builtins(stored)[:-1]
    again = msgspec.convert([fields[0], *fields[1:]], Answers)
    assert again == stored and again.typed_values == ()


def test_two_typed_answers_are_told_apart_by_their_fingerprint() -> None:
    prints = {answers.response_digest(typed(value)) for value in (7, 8, Decimal("7"), "7")}
    assert len(prints) == 4 and not any(each == "7" for each in prints)
    merged = answers.merge_response(answers.UNANSWERED_DIGEST, typed(7), typed(8))
    assert merged.has_conflict and merged.response.typed == encode_value(7)


def test_no_page_could_have_sent_a_typed_value_yet() -> None:
    row = HandoverRow(
        item_number=1, status="answered", value=2, wants_to_talk=False, remark="", recorded_at=0
    )
    assert returned_answers.fits_form(row, giving())
    smuggled = msgspec.structs.replace(row, value=None, typed=encode_value("words"))
    assert not returned_answers.fits_form(smuggled, giving())
    act = HandoverRow(
        item_number=0, status="finished", value=None, wants_to_talk=False, remark="", recorded_at=0
    )
    assert returned_answers.fits_form(act, giving())
    assert not returned_answers.fits_form(msgspec.structs.replace(act, typed=encode_value(1)), giving())
