"""What the clinician keeps: the summary of a session, the progress note."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

import pytest

from clinic_toolkit import standing_sentences
from clinic_toolkit.dates import Clock, DateOrder, WritingStyle, format_timestamp
from clinic_toolkit.documents import note, sheet_texts, summary
from clinic_toolkit.record.values.page_values import ChangeAfterSigning
from tests.documents import values
from tests.documents.reading import PAPERS, chars, drawn, pages, shapes, texts
from tests.fixtures.replaced import replace

every = pytest.mark.parametrize("paper", PAPERS)


@every
def test_the_summary_says_words_before_numbers_and_what_they_are_worth(paper: str) -> None:
    value = values.summary(paper, every_answer=True)
    said = " ".join(texts(summary.render_session_summary(value)))
    assert "Most of the time for 2, nearly all the time for 1. 83 (3 of 3 answered)" in said
    assert "2 of 3 answered, no number" in said and "64 (7 of 9 answered)" in said
    assert (
        "Numbers run from 0 to 100. Higher means more often, nothing else. There is no normal score" in said
    )
    assert said.count(standing_sentences.STATUS_LINE) == pages(summary.render_session_summary(value))
    assert said.index("Strengths first") < said.index("Giving past my limit") < said.index("Every answer")
    assert "version 1 · 22 November 2026 · read aloud · 10 of 12 answered" in said


@every
@pytest.mark.parametrize("parts_answered", [2, 3])
def test_an_hour_with_four_questionnaires_takes_two_pages_and_every_answer_more(
    paper: str, parts_answered: int
) -> None:
    whole = values.summary(paper)
    (one,) = whole.results
    facets = (*one.facets[:2], one.facets[0])[:parts_answered] + one.facets[parts_answered:]
    titles = ("How I give", "How I receive", "Where I end and you begin", "What flows well")
    four = tuple(
        replace(one, facets=facets, instrument=replace(one.instrument, title=title)) for title in titles
    )
    pdf = summary.render_session_summary(replace(whole, results=four))
    assert pages(pdf) == 2
    said = " ".join(texts(pdf))
    assert said.count("To talk about") == 4 and "Every answer" not in said
    assert said.count("Higher means more often") == 1, "what the numbers mean is said once"
    asked_for = replace(whole, results=four, with_every_answer=True)
    more = " ".join(texts(summary.render_session_summary(asked_for)))
    assert all(f"Every answer: {title}" in more for title in titles)
    assert pages(summary.render_session_summary(asked_for)) > 2


def test_the_summary_names_no_answer_that_was_not_given() -> None:
    said = " ".join(texts(summary.render_session_summary(values.summary(every_answer=True)))).lower()
    assert "about half the time" not in said
    assert "never" not in said.replace("nearly every", "")
    assert "most of the time" in said  # the control: a chosen one is named


def test_the_summary_says_of_a_questionnaire_that_it_is_not_finished() -> None:
    whole = values.summary()
    for is_stopped, words in ((True, "read aloud · stopped · 10"), (False, "read aloud · in progress · 10")):
        unfinished = replace(whole.results[0], is_finished=False, is_stopped=is_stopped)
        sheet = replace(whole, results=(unfinished,))
        assert words in " ".join(texts(summary.render_session_summary(sheet)))


def test_pattern_notes_are_not_printed() -> None:
    assert "pattern worth asking" not in " ".join(texts(summary.render_session_summary(values.summary())))


def test_each_answer_is_one_dot_of_one_size_and_colour() -> None:
    found = [
        shape
        for page in shapes(summary.render_session_summary(values.summary()))
        for shape in page
        if shape["object_type"] == "curve" and abs(shape["width"] - shape["height"]) < 0.1 and shape["fill"]
    ]
    assert len(found) == 5
    assert len({(round(dot["width"], 2), dot["non_stroking_color"]) for dot in found}) == 1


def test_a_session_without_a_questionnaire_has_no_trace_of_one() -> None:
    said = " ".join(
        texts(summary.render_session_summary(replace(values.summary(), results=(), worksheet_titles=())))
    )
    assert standing_sentences.STATUS_LINE not in said and "answered" not in said and "Worksheets" not in said
    said = " ".join(texts(note.render_note(values.note(text="Spoke."))))
    assert "validated" not in said and "questionnaire" not in said


def test_what_is_known_of_a_questionnaire_stands_where_it_is_quoted_and_not_under_the_note() -> None:
    said = " ".join(texts(note.render_note(values.note())))
    assert said.count("ot validated") == 1
    assert said.index("10 of 12 answered.") < said.index(values.KNOWN) < said.index("Assessment")
    assert sheet_texts.LEGAL_LINE not in said


def test_a_section_in_which_nothing_is_written_is_not_on_the_note() -> None:
    said = " ".join(texts(note.render_note(values.note())))
    assert "Assessment" in said and "Plan" not in said and "Nothing written" not in said


def test_a_signed_note_shows_signer_time_and_mark() -> None:
    said = " ".join(texts(note.render_note(values.note())))
    assert "Signed by Dr. Ruth Calder" in said and "22 November 2026, 11:05 UTC" in said
    assert "Mark 1f0c 88a2 9b3d" in said
    assert "1f0c 88a2 9b3d" in said and note.DRAFT not in said


def test_a_draft_says_so_on_every_page() -> None:
    said = texts(note.render_note(values.note(signed=False, text="word " * 1200)))
    assert len(said) > 1 and all(note.DRAFT in page for page in said)
    assert "Signed by" not in " ".join(said)


@every
def test_a_long_note_counts_its_pages_and_keeps_headings_with_their_text(paper: str) -> None:
    for length in range(320, 900, 83):
        pdf = note.render_note(values.note(paper, text="word " * length))
        said = texts(pdf)
        if len(said) > 1:
            assert [re.findall(r"page (\d+) of (\d+)", page)[0] for page in said] == [
                (str(at), str(len(said))) for at in range(1, len(said) + 1)
            ]
        assert sum(page.count("word") for page in said) == length
        for page in chars(pdf):
            body = [char for char in page if char["size"] > 10]
            assert max(body, key=lambda char: char["top"])["size"] < 13, "a heading ends the page"


def test_a_one_page_note_counts_nothing() -> None:
    assert "page 1 of 1" not in texts(note.render_note(values.note()))[0]


def test_a_signature_never_stands_alone_on_a_page() -> None:
    second_pages = []
    # A line holds more words than that, so every number of lines is tried.
    for length in range(300, 700, 6):
        first, *more = texts(note.render_note(values.note(text="word " * length)))
        if more:
            second_pages.append(more[0])
            assert ("Tired, and clear about it." in more[0]) or "Signed by" in first, length
    assert any(page.startswith("Tired") or "Assessment" in page for page in second_pages)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        (UTC, "22 November 2026, 11:05 UTC"),
        (timezone(timedelta(hours=5, minutes=45)), "22 November 2026, 11:05 UTC+05:45"),
    ],
)
def test_a_moment_says_which_clock_it_was(zone: tzinfo, shown: str) -> None:
    assert format_timestamp(datetime(2026, 11, 22, 11, 5, tzinfo=zone)) == shown


@every
def test_what_was_changed_after_a_note_was_signed_stands_on_a_sheet_of_its_own(paper: str) -> None:
    value = values.note(paper, text="Spoke of rest. " * 400)
    change = ChangeAfterSigning(
        fact_name="Place", changed_on=date(2026, 12, 1), old_value="In the room", new_value="By telephone"
    )
    alone, both = (
        note.render_note(value),
        note.render_note(replace(value, changes_after_signing=(change,), some_unreadable=True)),
    )
    assert len(texts(alone)) > 1 and drawn(both)[:-1] == drawn(alone)
    behind = texts(both)[-1]
    for said in (
        standing_sentences.CHANGED_LATER,
        standing_sentences.NOT_PART_OF_NOTE,
        standing_sentences.SOME_UNREADABLE,
        value.check_code,
        "D. K.",
    ):
        assert said in behind and (said in (value.check_code, "D. K.") or said not in " ".join(texts(alone)))
    assert "Place changed on 1 December 2026: was In the room, is By telephone" in behind


@every
def test_a_remark_about_the_end_of_a_session_stands_under_its_times(paper: str) -> None:
    value = values.note(paper)
    session = replace(value.session_facts, end=None, remark="The end was not known when this was signed.")
    said = texts(note.render_note(replace(value, session_facts=session)))[0]
    assert "from 10:00 The end was not known when this was signed. Kind" in said


def test_a_note_has_the_address_below_the_names_and_is_written_in_the_style_of_its_letterhead() -> None:
    page = values.note()
    head = replace(
        page.letterhead,
        address="12 Quay Street\nGalway",
        licence_line="Registration 0042",
        style=WritingStyle(DateOrder.MONTH_FIRST, Clock.HOURS_12),
    )
    text = " ".join(texts(note.render_note(replace(page, letterhead=head))))
    places = [
        text.index(line) for line in (head.practice_name, "12 Quay Street", "Galway", "Registration 0042")
    ]
    assert places == sorted(places)
    assert "November 22, 2026, 11:05 am UTC" in text and "22 November 2026" not in text
    plain = " ".join(texts(note.render_note(page)))
    assert "22 November 2026, 11:05 UTC" in plain and "Quay Street" not in plain
