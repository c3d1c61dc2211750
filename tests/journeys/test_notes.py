"""The progress note: any hour has one, two windows cannot overwrite each other, a signature ends it."""

import re
from uuid import UUID

import msgspec
import pytest

from clinic_toolkit.journal import records
from clinic_toolkit.record.people import clinician
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote
from clinic_toolkit.store.transactions import reading
from tests.fixtures import passphrase_checks
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site, example
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

WRITTEN = {"section-data": "Came on time.", "section-assessment": "Calmer.", "section-plan": "Next week."}
BY_SCRIPT = {"X-Autosave": "1", "Accept": "application/json"}
FORMS = ("questionnaire", "worksheet", "unvalidated", "tool", "item", "score", "answered", "instrument")


@pytest.fixture
def asked(me: Person, session: str) -> str:
    """The same session, after a questionnaire and a worksheet."""
    check = steps.answer_all(
        me, steps.begin(me, session), [{"answer": "3", "talk": "yes", **steps.NEXT}, *[1] * 11]
    )
    steps.finish(me, check)
    me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder"})
    return session


def signed(me: Person, session: str) -> Page:
    """The note of this session, written and signed."""
    page = me.send(me.open(f"{session}/note"), WRITTEN | {"sign": "yes"})
    assert page.path.endswith("/read")
    return me.send(page, {"read": "yes"})


def test_a_note_from_an_empty_page_to_a_signature(me: Person, session: str) -> None:
    page = me.open(f"{session}/note")
    assert [page.typed(name) for name in WRITTEN] == ["", "", ""]
    page = me.send(page, WRITTEN | {"section-data": "Came on time.\r\nSpoke of rest."})
    assert "Draft saved" in page.text
    draft = me.follow(page, "Print the draft")
    assert "raft" in steps.words_of(draft)
    reading_page = me.press(page, "Read it through and sign")
    assert (
        "Spoke of rest." in reading_page.text and "nothing in this note can be changed" in reading_page.text
    )
    refused = me.send(reading_page, {}, by="read")
    assert refused.status == 422 and "Tick this" in refused.error("read")
    final = me.send(refused, {"read": "yes"})
    assert "Signed by Nora Whelan" in final.text
    mark = re.search(r"\b[0-9A-F]{4} [0-9A-F]{4} [0-9A-F]{4}\b", final.text)
    assert mark
    paper = steps.words_of(me.follow(final, "Print it"))
    plain = me.follow(final, "plain text").source
    for said in ("Spoke of rest.", "Calmer.", "Next week.", "Nora Whelan", mark[0]):
        assert said in paper and said in plain
    assert "Harbour Practice" in paper


def test_a_session_without_a_questionnaire_leaves_no_trace_of_one(me: Person, session: str) -> None:
    page = me.open(f"{session}/note")
    final = signed(me, session)
    shown = {
        "the page to write on": page.text.partition("Note")[2],
        "the signed note": final.text.partition("Lock")[2],
        "plain text": me.follow(final, "plain text").source.partition("<textarea")[2],
        "paper": steps.words_of(me.follow(final, "Print it")),
    }
    for where, text in shown.items():
        assert text
        assert not [word for word in FORMS if word in text.lower()], where


def test_what_the_client_said_is_offered_to_the_note_and_stays_out_until_ticked(
    me: Person, session: str
) -> None:
    given: list[steps.Answer] = [{"answer": "3", "said": "Only on Sundays.", **steps.NEXT}, *[1] * 11]
    steps.finish(me, steps.answer_all(me, steps.begin(me, session), given))
    page = me.send(me.open(f"{session}/note"), WRITTEN)
    assert "Only on Sundays." in page.text
    reading_page = me.press(page, "Read it through and sign")
    assert "Only on Sundays." not in reading_page.text
    (tick,) = [name for name in page.form("section-data").names if name.startswith("take-")]
    reading_page = me.send(me.open(f"{session}/note"), {tick: "yes", "sign": "yes"})
    assert "“Only on Sundays.”" in reading_page.text
    final = me.send(reading_page, {"read": "yes"})
    assert "“Only on Sundays.” [from the questionnaire “How I give”" in me.follow(final, "plain text").source


def test_the_search_for_a_trace_would_find_one(me: Person, asked: str) -> None:
    final = signed(me, asked)
    paper = steps.words_of(me.follow(final, "Print it")).lower()
    assert {"questionnaire", "worksheet", "unvalidated", "answered"} <= {
        word for word in FORMS if word in paper
    }


def test_what_the_toolkit_filled_in_is_marked_with_its_source(me: Person, asked: str) -> None:
    page = me.open(f"{asked}/note")
    assert page.text.count("From the questionnaire “How I give”") == 1
    assert page.text.count("From the worksheet") == 1
    blocks = [name for name in page.form("section-data").names if name.startswith("block-")]
    texts = [page.typed(name) or "" for name in blocks]
    done = next(text for text in texts if text.startswith("Completed"))
    assert "12 of 12 answered" in done and "Unvalidated tool; used for discussion." in done
    assert giving().items[0].text in done.partition("Marked to talk about")[2]
    final = signed(me, asked)
    assert final.text.count("[from the questionnaire “How I give”") == 1
    assert final.text.count("[from the worksheet") == 1
    paper = steps.words_of(me.follow(final, "Print it"))
    assert "[from the questionnaire" in paper


KNOWN = "About the questionnaire: Written by this project. Not validated."
OF_A_FORM = ("Not validated", "legal or employment")


def everywhere(me: Person, session: str, final: Page) -> dict[str, str]:
    """The words of a signed note wherever it is read."""
    return {
        "the page": final.text,
        "paper": steps.words_of(me.follow(final, "Print it")),
        "plain text": me.follow(final, "plain text").source.partition("<textarea")[2],
    }


def test_a_note_says_not_validated_where_it_quotes_a_form_and_never_of_itself(me: Person, asked: str) -> None:
    me.send(me.open(f"{asked}/note"), WRITTEN)
    draft = steps.words_of(me.follow(me.open(f"{asked}/note"), "Print the draft"))
    shown = {"the draft": draft} | everywhere(me, asked, signed(me, asked))
    for where, text in shown.items():
        assert text.count("Not validated") == 1 and "legal or employment" not in text, where
        said = text.index("[from the questionnaire"), text.index(KNOWN), text.index("Next week.")
        assert list(said) == sorted(said), f"{where}: it stands right behind the block"


def test_a_note_that_leaves_the_block_out_says_nothing_of_it(me: Person, asked: str) -> None:
    page = me.open(f"{asked}/note")
    blocks = [name for name in page.form("section-data").names if name.startswith("block-")]
    me.send(page, {f"leave-{name}": "yes" for name in blocks})
    for where, text in everywhere(me, asked, signed(me, asked)).items():
        assert not [word for word in OF_A_FORM if word in text], where


def test_a_section_in_which_nothing_is_written_is_not_there(me: Person, session: str) -> None:
    page = me.send(me.open(f"{session}/note"), {"section-plan": "Rest.", "sign": "yes"})
    assert "Nothing is written under Data and Assessment" in page.text, "it is said once, before it is signed"
    assert page.text.count("Assessment") == 1
    shown = everywhere(me, session, me.send(page, {"read": "yes"}))
    for where, text in shown.items():
        assert "Plan" in text and "Assessment" not in text and "Nothing written" not in text, where


def test_a_block_can_be_changed_or_left_out(me: Person, asked: str) -> None:
    page = me.open(f"{asked}/note")
    blocks = [name for name in page.form("section-data").names if name.startswith("block-")]
    form = next(name for name in blocks if (page.typed(name) or "").startswith("Completed"))
    sheet = next(name for name in blocks if name != form)
    page = me.send(page, WRITTEN | {f"leave-{form}": "yes", sheet: "Took the sheet along."})
    assert page.typed(f"leave-{form}") == "yes" and page.typed(sheet) == "Took the sheet along."
    page = me.press(page, "Read it through and sign")
    assert "Completed" not in page.text and "Took the sheet along." in page.text
    final = me.send(page, {"read": "yes"})
    for text in (final.text, steps.words_of(me.follow(final, "Print it"))):
        assert "Completed" not in text and "How I give" not in text
        assert "Took the sheet along." in text


def test_what_comes_to_the_session_later_is_offered_to_the_draft(me: Person, session: str) -> None:
    me.send(me.open(f"{session}/note"), WRITTEN)
    steps.finish(me, steps.answer_all(me, steps.begin(me, session), [2] * 12))
    page = me.open(f"{session}/note")
    assert page.typed("section-data") == WRITTEN["section-data"]
    assert "From the questionnaire" in page.text


def test_two_windows_never_overwrite_each_other(me: Person, session: str) -> None:
    me.send(me.open(f"{session}/note"), WRITTEN)
    one, other = me.open(f"{session}/note"), me.open(f"{session}/note")
    me.send(one, {"section-data": "From the first window."})
    conflict = me.send(other, {"section-data": "From the second window.", "section-plan": "Mine."})
    assert conflict.status == 409
    assert "changed in another window" in conflict.text
    # Both texts are on the page: the newer one to read, one's own in the fields.
    assert "From the first window." in conflict.text
    assert (conflict.typed("section-data"), conflict.typed("section-plan")) == (
        "From the second window.",
        "Mine.",
    )
    assert me.open(f"{session}/note").typed("section-data") == "From the first window."
    settled = me.send(conflict, {"section-data": "From both windows."})
    assert settled.status == 200
    assert me.open(f"{session}/note").typed("section-data") == "From both windows."


def test_two_windows_that_both_begin_a_note_are_kept_apart(me: Person, session: str) -> None:
    one, other = me.open(f"{session}/note"), me.open(f"{session}/note")
    me.send(one, {"section-data": "First."})
    assert me.send(other, {"section-data": "Second."}).status == 409
    assert me.open(f"{session}/note").typed("section-data") == "First."


def test_a_draft_is_saved_while_it_is_written(me: Person, session: str) -> None:
    page = me.open(f"{session}/note")
    sent = page.form("section-data").standing()
    told = me.post(page.path, sent | {"section-data": "One"}, BY_SCRIPT)
    assert told.status == 200
    answer = msgspec.json.decode(told.body)
    assert set(answer) == {"saved", "version"} and re.fullmatch(r"\d\d:\d\d", answer["saved"])
    told = me.post(
        page.path, sent | {"section-data": "One two", "version": str(answer["version"])}, BY_SCRIPT
    )
    assert told.status == 200
    assert me.open(page.path).typed("section-data") == "One two"
    # The window that knows an older version is told, with the page where both can be seen.
    told = me.post(page.path, sent | {"section-data": "Stale"}, BY_SCRIPT)
    assert told.status == 409
    assert "to see both" in msgspec.json.decode(told.body)["message"]
    assert me.open(page.path).typed("section-data") == "One two"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "١", "0"])
def test_a_version_that_nobody_had_overwrites_nothing(me: Person, session: str, version: str) -> None:
    me.send(me.open(f"{session}/note"), WRITTEN)
    page = me.send(me.open(f"{session}/note"), {"section-data": "Other.", "version": version})
    assert page.status == 409
    assert page.typed("section-data") == "Other."
    assert me.open(f"{session}/note").typed("section-data") == WRITTEN["section-data"]


def test_a_note_without_a_word_is_not_signed(me: Person, session: str) -> None:
    page = me.press(me.open(f"{session}/note"), "Read it through and sign")
    answer = me.send(page, {"read": "yes"})
    assert answer.status == 422 and "nothing in this note yet" in answer.text


def test_exactly_what_was_read_is_signed(me: Person, session: str) -> None:
    page = me.send(me.open(f"{session}/note"), WRITTEN | {"sign": "yes"})
    me.send(me.open(f"{session}/note"), {"section-data": "Written after it was read."})
    answer = me.send(page, {"read": "yes"})
    assert answer.status == 409
    assert me.open(f"{session}/note").path == f"{session}/note"


def test_a_note_that_was_signed_elsewhere_keeps_what_is_typed_here(me: Person, session: str) -> None:
    me.send(me.open(f"{session}/note"), WRITTEN)
    late = me.open(f"{session}/note")
    signed(me, session)
    answer = me.send(late, {"section-data": "Typed too late."})
    assert answer.status == 409
    assert "signed in another window" in answer.text
    assert answer.typed("section-data") == "Typed too late."
    told = me.post(late.path, late.form("section-data").standing(), BY_SCRIPT)
    assert told.status == 409 and "signed" in msgspec.json.decode(told.body)["message"]


def test_no_route_changes_a_signed_note(site: Site, me: Person, asked: str) -> None:
    final = signed(me, asked)
    note = UUID(final.path.rpartition("/")[2])

    def stands() -> tuple[bytes, ClinicalNote, int]:
        with reading(site.work.engine) as db:
            kept = notes.load_note(db, site.work.vault, note)
            assert kept.final and notes.has_valid_signature(site.work.vault, kept)
            return kept.content_id, kept.payload, kept.version

    before = stands()
    ids = [note, UUID(asked.rpartition("/")[2]), site.work.vault.vault_id]
    tried = 0
    adapter = site.app.url_map.bind("")
    everything = WRITTEN | {
        "section-data": "Changed.",
        "read": "yes",
        "sign": "yes",
        "answer": "1",
        "name": "B",
    }
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint in ("lock.lock", "lock.cover", "lock.quit_program", "static"):
            continue
        for id in ids:
            values = {name: example(rule, name, id) for name in rule.arguments}
            for method in (rule.methods or set()) & {"GET", "POST"}:
                path = adapter.build(rule.endpoint, values, method=method)
                for version in ("0", str(before[2])):
                    typed = everything | {"version": version}
                    answer = site.post(path, typed) if method == "POST" else site.get(path)
                    assert answer.status_code < 500, path
                    tried += method == "POST"
    assert tried > 60
    assert stands() == before
    assert me.open(f"{asked}/note").path == final.path


def test_a_draft_is_changed_by_its_route(site: Site, me: Person, session: str) -> None:
    """The control of the test above: the same fields do change a note that is not signed."""
    me.send(me.open(f"{session}/note"), WRITTEN)
    page = me.open(f"{session}/note")
    site.post(f"{session}/note", WRITTEN | {"section-data": "Changed.", "version": page.typed("version")})
    assert me.open(f"{session}/note").typed("section-data") == "Changed."


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> str:
    """The passphrase of the practice, compared without its second of work."""
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == "six words of one's own")
    return "six words of one's own"


def test_the_return_code_is_chosen_with_the_passphrase_alone(site: Site, me: Person, words: str) -> None:
    def kept() -> str:
        with reading(site.work.engine) as db:
            return clinician.load_clinician(db, site.work.vault).payload.return_code

    chosen: dict[str, str | None] = {"code": "4H7K2M"}
    told = me.send(me.open("/practice/code"), chosen | {"present_passphrase": ""})
    assert told.status == 422 and "your present passphrase" in told.error("present_passphrase")
    assert kept() == ""
    me.send(me.open("/practice/code"), chosen | {"present_passphrase": words})
    assert kept() == "4H7K2M"
    assert me.press(me.open("/practice/code"), "Do without a code").status == 422
    assert kept() == "4H7K2M"
    me.send(me.open("/practice/code"), {"present_passphrase": words, "off": "yes"})
    assert kept() == ""


def test_the_return_code_signs(site: Site, me: Person, session: str, words: str) -> None:
    page = me.open("/practice/code")
    code = page.typed("offered_code")
    assert code
    me.send(page, {"code": code, "present_passphrase": words})
    page = me.send(me.open(f"{session}/note"), WRITTEN | {"sign": "yes"})
    for wrong in ("", "XXXXXX", "<b>&</b>", ""):
        refused = me.send(page, {"code": wrong})
        assert refused.status == 422 and "not your return code" in refused.error("code"), wrong
        assert refused.typed("code") == ""
        # The code says that the note was read: nothing else is asked.
        assert "I have read this note" in refused.text and "read" not in refused.form("code").names
    spaced = f"{code[:3].lower()} {code[3:].lower()}"
    assert "Signed by" in me.send(page, {"code": spaced}).text


def test_three_wrong_codes_put_the_keys_away_and_sign_nothing(
    site: Site, me: Person, session: str, words: str
) -> None:
    me.send(me.open("/practice/code"), {"code": "4H7K2M", "present_passphrase": words})
    page = me.send(me.open(f"{session}/note"), WRITTEN | {"sign": "yes"})
    for wrong in ("XXXXXX", "\x00", "4H7K2N"):
        assert site.ends == []
        told = me.send(page, {"code": wrong})
    assert told.path.startswith("/unlock") and site.ends == ["wrong codes"]
    assert not site.keeper.has_return_blob()
    with reading(site.work.engine) as db:
        assert [kept.state for kept in records.list_all_records(db, site.work.vault, CLINICAL_NOTE)] == [
            "draft"
        ]


def test_a_section_may_be_long_and_not_too_long(me: Person, session: str) -> None:
    page = me.open(f"{session}/note")
    long = "word " * 3999 + "words"
    assert me.send(page, {"section-data": long}).status == 200
    page = me.open(f"{session}/note")
    over = me.send(page, {"section-data": long + "x"})
    assert over.status == 422 and "1 character too long" in over.error("section-data")
    assert over.typed("section-data") == long + "x"
