"""A note in another format, what stands beside it, and two texts of one section side by side."""

import msgspec
import pytest

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.record.people import practice
from clinic_toolkit.record.people.practice_record import RecordRole
from clinic_toolkit.store.transactions import writing
from tests.fixtures.practices import NOW, giving
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.intake import enter, take_in
from tests.journeys.pages import Page
from tests.journeys.person import Person

WRITTEN = {"section-data": "Came on time.", "section-assessment": "Calmer.", "section-plan": "Next week."}


def switch(me: Person, page: Page, format_id: str, **typed: str) -> Page:
    return me.send(page, {"format": format_id, "switch": "yes", **typed}, by="format")


def test_a_note_goes_to_another_format_and_back_with_every_word(me: Person, session: str) -> None:
    page = switch(me, me.send(me.open(f"{session}/note"), WRITTEN), "SOAP")
    assert [page.typed(f"section-{key}") for key in ("subjective", "objective", "assessment", "plan")] == [
        "", "", "Calmer.", "Next week.",
    ]  # fmt: skip
    # What SOAP has no section for stays in sight, under its heading.
    assert page.typed("section-data") == "Came on time." and "Written in another format" in page.text
    page = switch(me, page, "BIRP", **{"section-objective": "Sat still."})
    assert (page.typed("section-objective"), page.typed("section-data")) == ("Sat still.", "Came on time.")
    page = switch(me, page, "DAP")
    assert {name: page.typed(name) for name in WRITTEN} == WRITTEN
    assert page.typed("section-objective") == "Sat still."
    reading = me.press(page, "Read it through and sign")
    final = me.send(reading, {"read": "yes"})
    plain = me.follow(final, "plain text").source
    headings = [plain.index(f"\n{heading}\n") for heading in ("Data", "Assessment", "Plan", "Objective")]
    assert headings == sorted(headings)


def test_a_format_is_chosen_before_anything_is_saved(me: Person, session: str) -> None:
    page = switch(me, me.open(f"{session}/note"), "GIRP", **{"section-data": "A word."})
    assert page.typed("section-goal") == "" and page.typed("section-data") == "A word."
    assert page.typed("format") == "GIRP"


@pytest.mark.parametrize("format_id", ["", "XYZ", "dap", "../DAP"])
def test_a_format_that_is_not_there_changes_nothing(me: Person, session: str, format_id: str) -> None:
    page = me.send(me.open(f"{session}/note"), WRITTEN)
    sent = page.form("section-data").standing() | {"format": format_id, "switch": "yes"}
    page = me.post(page.path, sent)
    assert page.status == 200
    assert page.typed("format") == "DAP" and page.typed("section-data") == "Came on time."


def test_what_the_program_filled_in_goes_where_the_format_puts_it(me: Person, session: str) -> None:
    steps.finish(me, steps.answer_all(me, steps.begin(me, session), [2] * 12))
    page = switch(me, me.open(f"{session}/note"), "SOAP", **{"section-data": "A word."})
    block = next(name for name in page.form("section-plan").names if name.startswith("block-"))
    order = [
        page.source.index(f'name="{name}"') for name in ("section-objective", block, "section-assessment")
    ]
    assert order == sorted(order)
    back = switch(me, page, "DAP")
    order = [back.source.index(f'name="{name}"') for name in ("section-data", block, "section-assessment")]
    assert order == sorted(order)


def test_two_texts_stand_side_by_side_and_one_is_chosen_for_each_section(me: Person, session: str) -> None:
    me.send(me.open(f"{session}/note"), WRITTEN)
    one, other = me.open(f"{session}/note"), me.open(f"{session}/note")
    me.send(one, {f"section-{key}": f"Theirs of {key}." for key in ("data", "assessment", "plan")})
    conflict = me.send(other, {f"section-{key}": f"Mine of {key}." for key in ("data", "assessment", "plan")})
    assert conflict.status == 409 and "side by side" in conflict.text
    for key in ("data", "assessment", "plan"):
        assert f"Theirs of {key}." in conflict.text and conflict.typed(f"section-{key}") == f"Mine of {key}."
        assert conflict.typed(f"keep-section-{key}") == "mine"
    settled = me.send(conflict, {"keep-section-assessment": "theirs", "keep-section-plan": "both"})
    assert settled.status == 200
    page = me.open(f"{session}/note")
    assert page.typed("section-data") == "Mine of data."
    assert page.typed("section-assessment") == "Theirs of assessment."
    assert page.typed("section-plan") == "Theirs of plan.\n\nMine of plan."


def test_a_window_in_the_old_format_loses_nothing_to_one_that_switched(me: Person, session: str) -> None:
    me.send(me.open(f"{session}/note"), {"section-plan": "Rest."})
    one, other = me.open(f"{session}/note"), me.open(f"{session}/note")
    me.send(switch(me, one, "SOAP"), {"section-subjective": "Slept badly."})
    conflict = me.send(other, {"section-data": "Came on time."})
    assert conflict.status == 409 and "Data: two texts" in conflict.text
    settled = me.send(conflict, {}, by="section-data")
    assert settled.typed("section-data") == "Came on time." and settled.typed("format") == "SOAP"
    # The other window wrote there, and this one had no such field: its words stay.
    assert settled.typed("section-subjective") == "Slept badly."


def test_the_last_note_stands_beside_and_not_in_the_new_one(me: Person) -> None:
    client = take_in(me)
    earlier = enter(me, me.follow(client, "Add a past or planned session"), -8)
    first = me.open(f"{earlier.path}/note")
    assert "no earlier note" in first.text
    me.send(first, {"section-plan": "Walk along the river."})
    later = enter(me, me.follow(me.open(client.path), "Add a past or planned session"), -1)
    page = me.open(f"{later.path}/note")
    assert "Walk along the river." in page.text and ", not signed" in page.text
    assert page.typed("section-plan") == ""
    assert "Walk along the river." not in me.send(page, {"section-data": "New.", "sign": "yes"}).text
    # The one that came later is not beside the earlier one.
    assert "no earlier note" in me.open(f"{earlier.path}/note").text


def test_what_the_client_wrote_on_the_page_looked_at_together_is_in_the_note(
    me: Person, session: str
) -> None:
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), [2] * 12))
    together = me.open(result.path.removesuffix("/result") + "/together")
    me.send(
        together,
        {"own_words": "I give before I am asked.", "next_step": "Wait one day.", "wrong": "Not at work."},
    )
    page = me.open(f"{session}/note")
    for words in ("I give before I am asked.", "Wait one day.", "Not at work."):
        assert words in page.source
    reading = me.send(page, {"section-data": "Came on time.", "sign": "yes"})
    assert (
        "“I give before I am asked.” [from the client’s own words about “How I give” about one relationship"
        in reading.text
    )
    assert "Wait one day." in reading.text
    # Said otherwise meanwhile: the newer words take the place of the older.
    me.send(me.open(together.path), {"next_step": "Wait two days."})
    page = me.open(f"{session}/note")
    assert "Wait two days." in page.source and "Wait one day." not in page.source
    (tick,) = [name for name in page.form("section-data").names if "-next-" in name]
    reading = me.send(page, {tick: None, "sign": "yes"})
    assert "Wait two days." not in reading.text and "I give before I am asked." in reading.text


def test_the_next_step_that_the_client_chose_is_agreed_on_without_typing_it_again(
    me: Person, session: str
) -> None:
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), [2] * 12))
    assert "Agree on this" not in me.open(session).text
    me.send(me.open(result.path.removesuffix("/result") + "/together"), {"next_step": "Wait one day."})
    page = me.press(me.open(session), "Agree on this for next time")
    assert page.typed("agreed") == "Wait one day." and "Agree on this" not in page.text
    # The note says it once: as what was agreed.
    assert me.open(f"{session}/note").text.count("Wait one day.") == 1


def flagged() -> int:
    """The place of the first question about fear, from 0."""
    return next(place for place, item in enumerate(giving().items) if item.safety_flag == SafetyFlag.FEAR)


def test_words_about_fear_stand_apart_unticked_and_ask_who_can_read_the_other_record(
    site: Site, me: Person, session: str
) -> None:
    said: list[steps.Answer] = [1] * 12
    said[0] = {"answer": "1", "said": "Only on Sundays.", **steps.NEXT}
    said[flagged()] = {"answer": "1", "said": "When he drinks.", **steps.NEXT}
    steps.finish(me, steps.answer_all(me, steps.begin(me, session), said))
    page = me.open(f"{session}/note")
    usual, _, apart = page.source.partition("<details><summary>For the clinician: risk entries")
    assert "Only on Sundays." in usual and "When he drinks." not in usual
    assert "When he drinks." in apart and "Who can read the other record?" not in apart
    ticks = [name for name in page.form("section-data").names if name.startswith("take-")]
    assert len(ticks) == 2 and not any(page.typed(name) for name in ticks)
    assert "When he drinks." not in me.send(page, {"section-data": "A word.", "sign": "yes"}).text
    # Where another record runs beside this one, the question stands above what may go there.
    with writing(site.work.engine) as db:
        kept = practice.load_practice_settings(db, site.work.vault)
        beside = msgspec.structs.replace(kept.payload, record_role=RecordRole.BESIDE)
        practice.revise_practice_settings(db, site.work.vault, kept, beside, now=NOW)
    assert "Who can read the other record?" in me.open(f"{session}/note").text


def test_two_lines_beside_a_form_are_offered_and_neither_is_asked_for(me: Person, session: str) -> None:
    steps.finish(me, steps.answer_all(me, steps.begin(me, session), [2] * 12))
    page = me.open(f"{session}/note")
    (room,) = [name for name in page.form("section-data").names if name.startswith("room-")]
    (view,) = [name for name in page.form("section-data").names if name.startswith("view-")]
    assert (page.typed(room), page.typed(view)) == ("", "")
    without = me.send(page, {"section-data": "A word.", "sign": "yes"}).text
    assert "said in the room" not in without and "Client’s view" not in without
    page = me.send(me.open(f"{session}/note"), {room: "disagree", view: "“That is me on a bad day.”"})
    assert (page.typed(room), page.typed(view)) == ("disagree", "“That is me on a bad day.”")
    reading = me.press(page, "Read it through and sign").text
    assert "the numbers and what was said in the room do not agree." in reading
    assert "Client’s view of “How I give” about one relationship (parent)" in reading
    assert ": “That is me on a bad day.”" in reading
    # Taken back, nothing of it is left.
    page = me.send(me.open(f"{session}/note"), {room: "", view: ""})
    assert "said in the room" not in me.press(page, "Read it through and sign").text


def test_two_forms_about_two_parents_can_be_told_apart(me: Person, session: str) -> None:
    for word in ("M.", "P."):
        steps.finish(me, steps.answer_all(me, steps.begin(me, session, word=word), [2] * 12))
    page = me.open(f"{session}/note")
    titles = [f"“How I give” about one relationship (parent) (“{word}”)" for word in ("M.", "P.")]
    assert all(title in page.text for title in titles)


def test_words_that_the_client_took_back_leave_the_draft(me: Person, session: str) -> None:
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), [2] * 12))
    together = result.path.removesuffix("/result") + "/together"
    me.send(me.open(together), {"own_words": "I give too much."})
    assert "I give too much." in me.send(me.open(f"{session}/note"), {"section-data": "A word."}).text
    me.send(me.open(together), {"own_words": ""})
    page = me.open(f"{session}/note")
    assert "I give too much." not in page.text and page.typed("section-data") == "A word."


def test_two_answers_of_one_form_about_one_person_have_a_view_each(me: Person, session: str) -> None:
    for answers in ([3] * 12, [1] * 12):
        steps.finish(me, steps.answer_all(me, steps.begin(me, session, word="M."), answers))
    page = me.open(f"{session}/note")
    views = [name for name in page.form("section-data").names if name.startswith("view-")]
    assert len(views) == 2 and all(page.source.count(f'name="{name}"') == 1 for name in views)
    typed = dict(zip(views, ("Too high.", "Just right."), strict=True))
    page = me.send(page, typed)
    assert {name: page.typed(name) for name in views} == typed
