"""Phrases and formats that the practice keeps for its notes."""

import pytest

from tests.fixtures.sites import Site
from tests.journeys.pages import Page
from tests.journeys.person import Person

TEXT = "We went over the limits of confidentiality."


def keep_phrase(me: Person, name: str = "Limits", text: str = TEXT) -> Page:
    return me.send(me.open("/phrases/new"), {"name": name, "text": text})


def test_a_phrase_goes_into_a_note_by_a_button_and_stays_a_copy(me: Person, session: str) -> None:
    assert "data-phrases" not in me.open(f"{session}/note").source
    listed = keep_phrase(me)
    assert listed.path == "/phrases" and TEXT in listed.text
    page = me.open(f"{session}/note")
    chosen = page.form("phrase").options["phrase"][1]
    page = me.send(
        page,
        {"section-plan": "Rest.", "phrase": chosen, "into": "section-plan", "insert": "yes"},
    )
    assert page.typed("section-plan") == f"Rest.\n{TEXT}" and page.typed("section-data") == ""
    me.send(me.follow(me.open("/phrases"), "Change"), {"text": "Other words."})
    assert me.open(f"{session}/note").typed("section-plan") == f"Rest.\n{TEXT}"


@pytest.mark.parametrize("into", ["section-plan ", "block-x", "", "csrf_token"])
def test_a_phrase_goes_nowhere_else(me: Person, session: str, into: str) -> None:
    keep_phrase(me)
    page = me.open(f"{session}/note")
    chosen = page.form("phrase").options["phrase"][1]
    sent = page.form("phrase").standing() | {"phrase": chosen, "into": into, "insert": "yes"}
    assert TEXT not in (me.post(page.path, sent).typed("section-plan") or "")


def test_a_removed_phrase_is_offered_no_more(me: Person, session: str) -> None:
    keep_phrase(me)
    keep_phrase(me, "Zest", "Laughed.")
    page = me.press(me.follow(me.open("/phrases"), "Change"), "Remove this phrase")
    assert TEXT not in page.text and "Laughed." in page.text
    assert TEXT not in me.open(f"{session}/note").source


def test_a_phrase_without_words_or_with_too_many_is_refused_at_its_place(me: Person) -> None:
    page = keep_phrase(me, "", "")
    assert (
        page.status == 422 and "short name" in page.error("name") and "Write the words" in page.error("text")
    )
    page = keep_phrase(me, "n" * 61, "w" * 2001)
    assert "1 character too long" in page.error("name") and "1 character too long" in page.error("text")
    assert page.typed("text") == "w" * 2001


def test_two_windows_change_a_phrase_and_both_texts_are_seen(me: Person) -> None:
    keep_phrase(me)
    one, other = (me.follow(me.open("/phrases"), "Change") for _ in range(2))
    me.send(one, {"text": "First."})
    conflict = me.send(other, {"text": "Second."})
    assert conflict.status == 409 and "First." in conflict.text and conflict.typed("text") == "Second."
    assert "Second." in me.send(conflict, {}, by="text").text


def own_format(me: Person, **typed: str) -> Page:
    return me.send(me.open("/note-formats/new?copy=DAP"), {"name": "Short", **typed})


def test_a_format_of_ones_own_is_written_in_and_signed_with_its_headings(me: Person, session: str) -> None:
    listed = own_format(
        me, **{"heading-1": "What happened", "heading-2": "", "heading-4": "Means", "place-risk": "1"}
    )
    assert listed.path == "/note-formats" and "What happened, Plan, Means" in listed.text
    page = me.send(
        me.open(f"{session}/note"), {"section-data": "Came on time.", "section-assessment": "Calmer."}
    )
    own = next(each for each in page.form("format").options["format"] if len(each) == 32)
    page = me.send(page, {"format": own, "switch": "yes"})
    # Begun as a copy, it shares the keys of its model: what was written goes with it.
    assert page.typed("section-data") == "Came on time." and "What happened" in page.text
    assert page.typed("section-assessment") == "Calmer." and "Written in another format" in page.text
    final = me.send(me.press(page, "Read it through and sign"), {"read": "yes"})
    shown = final.source.partition("<article")[2].partition("</article>")[0]
    assert "What happened" in shown
    changed = me.send(
        me.follow(me.open("/note-formats"), "Change"), {"heading-1": "The hour"}, by="heading-1"
    )
    assert "The hour" in changed.text or "Short" in changed.text
    again = me.open(final.path).source.partition("<article")[2].partition("</article>")[0]
    assert again == shown and "The hour" not in again


def edit_own(me: Person) -> Page:
    page = me.open("/note-formats")
    return me.open(next(href for _, href in page.links if href.count("-") > 4))


def test_a_draft_takes_a_change_of_its_format_and_keeps_what_stood_in_a_section_that_is_gone(
    me: Person, session: str
) -> None:
    own_format(me)
    page = me.open(f"{session}/note")
    own = next(each for each in page.form("format").options["format"] if len(each) == 32)
    me.send(page, {"section-plan": "Rest.", "format": own, "switch": "yes"})
    changed = me.send(
        edit_own(me),
        {"heading-1": "The hour", "heading-3": ""}
        | {f"place-{each}": "1" for each in ("form", "client", "sheet", "next", "goal", "risk")},
    )
    assert changed.path == "/note-formats", changed.text
    page = me.open(f"{session}/note")
    assert "The hour" in page.text and page.typed("section-plan") == "Rest." and "Plan" in page.text


def test_a_new_note_begins_in_the_usual_format(me: Person, session: str) -> None:
    me.send(me.open("/note-formats"), {"usual": "BIRP"})
    assert me.open("/note-formats").typed("usual") == "BIRP"
    assert me.open(f"{session}/note").typed("section-behaviour") == ""
    # A note that was begun keeps the format that it has.
    me.send(me.open(f"{session}/note"), {"section-plan": "Rest."})
    me.send(me.open("/note-formats"), {"usual": "DAP"})
    assert me.open(f"{session}/note").typed("format") == "BIRP"
    assert (
        me.post(
            "/note-formats/usual", me.open("/note-formats").form("usual").standing() | {"usual": "x"}
        ).status
        == 404
    )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"heading-2": "data"}, "heading-2"),
        ({"heading-3": ""}, "place-next"),
        (
            {"heading-1": "", "heading-2": "", "heading-3": "", "hint-1": "", "hint-2": "", "hint-3": ""},
            "heading-1",
        ),
        ({"heading-1": "h" * 61}, "heading-1"),
    ],
)
def test_a_format_that_is_not_whole_is_refused_at_its_place(
    me: Person, typed: dict[str, str], field: str
) -> None:
    hints = {"hint-3": ""} if typed.get("heading-3") == "" else {}
    page = own_format(me, **(hints | typed))
    assert page.status == 422 and page.error(field)
    assert "None yet" in me.open("/note-formats").text


@pytest.mark.parametrize("places", [{"place-form": "9"}, {"place-form": "x"}, {"place-form": "-1"}])
def test_a_place_that_is_not_there_is_refused(me: Person, places: dict[str, str]) -> None:
    page = me.open("/note-formats/new")
    refused = me.post(page.path, page.form("name").standing() | {"name": "Short"} | places)
    assert refused.status == 422 and refused.error("place-form")


def test_a_format_that_is_no_longer_offered_stays_with_its_drafts(
    me: Person, site: Site, session: str
) -> None:
    own_format(me)
    page = me.open(f"{session}/note")
    own = next(each for each in page.form("format").options["format"] if len(each) == 32)
    me.send(page, {"section-plan": "Rest.", "format": own, "switch": "yes"})
    me.press(edit_own(me), "No longer offer it")
    assert "not offered" in me.open("/note-formats").text
    assert me.open(f"{session}/note").typed("format") == own
    other = f"/sessions/{site.work.session(site.work.client('Bo')).id}/note"
    assert own not in me.open(other).form("format").options["format"]
