"""Adding to a signed note on its pages: what is asked, what is shown beside the note, and what stays."""

from datetime import timedelta
from html import unescape

import pytest

from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.intake import day, today
from tests.journeys.pages import Page
from tests.journeys.person import Person

WRITTEN = {"section-data": "Came on time.", "section-assessment": "Calmer.", "section-plan": "Next week."}
ADDED = "Added after the note was signed"


def sign(me: Person, session: str, **more: str) -> Page:
    page = me.send(me.open(f"{session}/note"), WRITTEN | {"sign": "yes"})
    final = me.send(page, {"read": "yes"} | more)
    assert "Signed by" in final.text, final.text
    return final


def everywhere(me: Person, note: Page) -> dict[str, str]:
    """The note on the page, on paper and as plain text."""
    page = me.open(note.path)
    plain = unescape(me.follow(page, "plain text").source.partition("<textarea")[2])
    return {
        "page": page.text,
        "paper": steps.words_of(me.follow(page, "Print it (PDF)")),
        "text": " ".join(plain.split()),
    }


@pytest.mark.parametrize("kind", ["addendum", "amendment"])
def test_what_is_added_stands_below_the_note_with_its_reason_and_a_signature_of_its_own(
    me: Person, session: str, kind: str
) -> None:
    note = sign(me, session)
    for words in everywhere(me, note).values():
        assert ADDED not in words
    page = me.follow(note, "Add or correct something")
    typed = {"kind": kind, "text": "He said May, not March.", "reason": "I mixed up the months."}
    after = me.send(page, typed)
    assert after.path.partition("#")[0] == note.path
    for words in everywhere(me, note).values():
        assert words.count("Signed by") == 2 and ADDED in words and kind.capitalize() in words
        assert words.index("Came on time.") < words.index(typed["text"]) < words.index(typed["reason"])
    assert "Something was added to this note" in after.text


def test_nothing_is_signed_without_words_or_reason_and_what_was_typed_stays(me: Person, session: str) -> None:
    note = sign(me, session)
    page = me.open(f"{note.path}/add")
    answer = me.send(page, {"text": "He said May."})
    assert answer.status == 422 and answer.error("kind") and answer.error("reason")
    assert answer.typed("text") == "He said May."
    answer = me.send(answer, {"kind": "addendum", "reason": "Later.", "text": "x" * 500_000})
    assert answer.status == 422 and "too long" in answer.error("text")
    assert ADDED not in me.open(note.path).text


def test_a_draft_has_no_page_to_add_to(me: Person, session: str) -> None:
    page = me.send(me.open(f"{session}/note"), WRITTEN)
    draft = me.follow(page, "Print the draft").path.removesuffix("/paper")
    for address in ("add", "countersigned"):
        assert me.open(f"{draft}/{address}").status == 404
    final = sign(me, session)
    assert me.open(f"{final.path}/add").status == 200, "the control"


def test_what_is_typed_is_kept_until_it_is_signed_and_the_code_is_not(
    site: Site, me: Person, session: str
) -> None:
    note = sign(me, session)
    page = me.open(f"{note.path}/add")
    sent = {"X-Autosave": "1", "Accept": "application/json"}
    typed = {"kind": "addendum", "text": "Half a senten", "sign_code": "4H7K2M"}
    standing = page.form("text").standing()
    assert me.post(page.path, standing | typed, headers=sent).status == 200
    again = me.open(f"{note.path}/add")
    assert again.typed("text") == "Half a senten" and "did not finish" in again.text
    begun = "An addition to a note begun on"
    assert begun in me.open("/").text and me.follow(me.open("/"), "Go on").path == again.path
    assert "4H7K2M" not in again.source
    me.send(again, {"reason": "It came later."})
    assert me.open(f"{note.path}/add").typed("text") == "" and begun not in me.open("/").text


def test_a_late_entry_asks_why_and_says_so_everywhere(site: Site, me: Person) -> None:
    held = today() - timedelta(days=9)
    session = f"/sessions/{site.work.session(site.work.client('Otto Lind'), held).id}"
    page = me.send(me.open(f"{session}/note"), WRITTEN | {"sign": "yes"})
    refused = me.send(page, {"read": "yes"})
    assert refused.status == 422 and "why this note comes so late" in refused.error("late_reason")
    note = me.send(refused, {"read": "yes", "late_reason": "I was in hospital."})
    for words in everywhere(me, note).values():
        assert "Late entry for the session of" in words and "I was in hospital." in words


def test_a_note_in_time_is_not_asked_why(me: Person, session: str) -> None:
    page = me.send(me.open(f"{session}/note"), WRITTEN | {"sign": "yes"})
    assert "late_reason" not in page.form("read").names
    assert "Late entry" not in me.send(page, {"read": "yes"}).text


def test_facts_beside_a_signed_note_are_changed_with_a_reason_that_is_signed(
    me: Person, session: str
) -> None:
    note = sign(me, session)
    page = me.open(f"{session}/edit")
    refused = me.send(page, {"on": day(-2)})
    assert refused.status == 422 and "Write why they are changed" in refused.error("amend_reason")
    assert me.open(f"{session}/edit").typed("on") == day(-1), "nothing was saved"
    me.send(refused, {"amend_reason": "The diary was wrong."})
    for words in everywhere(me, note).values():
        assert "Amendment of the facts of the session" in words and "The diary was wrong." in words
        assert words.count("Signed by") == 2


def test_what_does_not_stand_beside_the_note_is_changed_without_a_reason(me: Person, session: str) -> None:
    note = sign(me, session)
    me.send(me.open(f"{session}/edit"), {"call_back": "555 0100"})
    assert ADDED not in me.open(note.path).text
    me.send(me.open(session), {"agreed": "A walk."})
    assert ADDED not in me.open(note.path).text


def test_a_countersignature_on_paper_is_written_down_as_what_it_is(me: Person, session: str) -> None:
    note = sign(me, session)
    line = steps.words_of(me.follow(note, "Print it with a line"))
    assert "Countersigned by" in line
    assert "Countersigned by" not in steps.words_of(me.follow(note, "Print it (PDF)"))
    page = me.follow(note, "It was countersigned on paper")
    assert "says only what you write" in page.text
    assert me.send(page, {"name": ""}).error("name")
    me.send(page, {"name": "Iris Hale", "licence": "PSI 1234", "on": day()})
    for words in everywhere(me, note).values():
        assert "Countersigned on paper" in words and "Iris Hale" in words and "PSI 1234" in words
