"""What Python builds for the lines and choices of pages, so that no template has to."""

from datetime import date, time
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.record.people.therapy_session_record import TherapySessionKind
from clinic_toolkit.record.safety.ask_lines import AskLine
from clinic_toolkit.record.writing.therapy_session_lines import TherapySessionLine
from clinic_toolkit.web.pages.filters import times
from clinic_toolkit.web.screen_parts import item_remarks, relationship_choice, today_lines, worksheet_choices
from clinic_toolkit.worksheets import catalogue

ON = date(2026, 11, 19)


def session(**changes: Any) -> TherapySessionLine:
    """A session of today, in the room and planned."""
    values: dict[str, Any] = {
        "id": UUID(int=0),
        "session_date": ON,
        "start": time(9),
        "who": "A. R.",
        "kind": TherapySessionKind.SESSION,
        "setting": "room",
        "state": "entered",
        "attendance": "planned",
        "agreement": "",
        "agreement_date": None,
        "note_state": "",
        "has_stopped_questionnaire": False,
        "unfinished_work": (),
    }
    return TherapySessionLine(**values | changes)


@pytest.mark.parametrize(
    ("kind", "setting", "words"),
    [
        ("session", "room", ""),
        ("session", "telehealth", "telehealth"),
        ("session", "phone", "by telephone"),
        ("call", "phone", "call"),
        ("message", "phone", "message, by telephone"),
        ("consultation", "telehealth", "consultation, telehealth"),
    ],
)
def test_a_session_is_tagged_by_what_it_is_and_how(kind: str, setting: str, words: str) -> None:
    assert today_lines.session_tag(session(kind=TherapySessionKind(kind), setting=setting)) == words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"attendance": "cancelled", "note_state": "final"}, "cancelled"),
        ({"attendance": "no_show"}, "did not come"),
        ({"attendance": "came", "note_state": "final"}, "note signed"),
        ({"attendance": "came", "note_state": "draft"}, ""),
        (
            {"attendance": "came", "note_state": "final", "has_stopped_questionnaire": True},
            "note signed · questionnaire stopped before the end",
        ),
        (
            {"attendance": "no_show", "unfinished_work": ("questionnaire not finished", "no note yet")},
            "questionnaire not finished · no note yet",
        ),
    ],
)
def test_what_is_still_to_be_done_comes_before_how_it_ended(changes: dict[str, Any], words: str) -> None:
    assert today_lines.session_remark(session(**changes)) == words


def ask(count: int = 0, deferral: str = "") -> AskLine:
    """Something to ask about, from so many questionnaires, or a planned check."""
    later = SimpleNamespace(payload=SimpleNamespace(deferral_note=deferral)) if deferral else None
    given = SimpleNamespace() if count else None
    return AskLine(
        since=ON,
        who="A. R.",
        administration=cast("Any", given),
        deferred_by=cast("Any", later),
        questionnaire_count=count,
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (ask(1), "Something to ask about, from a questionnaire of 19 November 2026"),
        (ask(3), "Something to ask about, from 3 questionnaires, the first of 19 November 2026"),
        (
            ask(1, "Not asked yet."),
            "Something to ask about, from a questionnaire of 19 November 2026. Not asked yet.",
        ),
        (ask(), "A check was planned for 19 November 2026"),
        (ask(0, "Not asked yet."), "Not asked yet."),
    ],
)
def test_what_is_to_be_asked_says_since_when(line: AskLine, words: str) -> None:
    assert today_lines.ask_sentence(line) == words


def test_a_count_is_told_as_times() -> None:
    assert [times(count) for count in (1, 2, 3, 12)] == ["once", "twice", "3 times", "12 times"]


def test_only_short_sentences_are_offered_and_none_stands_first() -> None:
    assert worksheet_choices.sentence_choices(["I can rest.", "w" * 9], 11) == [
        ("", "None of these"),
        ("I can rest.", "I can rest."),
        ("w" * 9, "w" * 9),
    ]
    assert worksheet_choices.sentence_choices(["w" * 12], 11) == []
    sheet = catalogue.list_worksheets()[0]
    ((slug, title, line),) = worksheet_choices.sheet_choices([sheet])
    assert (slug, title) == (sheet.slug, sheet.title)
    assert line == f"{sheet.aim}\nWhen not to use it: {sheet.when_not_to_use}"


def test_the_kinds_for_someone_new_begin_with_a_choice_to_make() -> None:
    first, *kinds = relationship_choice.kind_choices()
    assert first == ("", "Choose")
    assert kinds and all(value and words[0].isupper() for value, words in kinds)


@pytest.mark.parametrize(
    ("item", "instrument", "words"),
    [
        ({}, {}, ""),
        ({"role": "strength"}, {}, "strength, kept apart from the number"),
        ({"role": "strength"}, {"kind": "check-in"}, ""),
        ({"reverse": True, "weight": 2.5}, {}, "reverse-scored · counts 2.5 times"),
        ({"weight": 2.0}, {}, "counts 2 times"),
        ({"safety_flag": "fear"}, {}, ""),
        ({"safety_flag": "fear"}, {"own": True}, "prompts you about fear"),
        ({"safety_flag": "burden"}, {"own": True}, "prompts you about feeling a burden"),
    ],
)
def test_a_question_says_what_is_out_of_the_ordinary(
    item: dict[str, Any], instrument: dict[str, Any], words: str
) -> None:
    plain = {"role": "difficulty", "reverse": False, "weight": 1.0, "safety_flag": "none"}
    of = {"kind": "difficulties", "own": False}
    asked = cast("Item", SimpleNamespace(**plain | item))
    assert item_remarks.describe_item(asked, cast("Instrument", SimpleNamespace(**of | instrument))) == words


def test_an_hour_that_comes_later_says_what_is_to_be_known_of_its_time_alone() -> None:
    line = session(remarks=("the practice is closed", "08:00 for the client"), unfinished_work=("not ended",))
    assert today_lines.time_remark(line) == "the practice is closed · 08:00 for the client"
    assert today_lines.time_remark(session()) == ""
