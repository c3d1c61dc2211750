"""A prompt is closed in a moment and leaves a dated trace; some sheets wait until fear was asked about."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest

from clinic_toolkit.dates import format_date
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.psychometrics import safety_prompt_rules
from clinic_toolkit.record.people import clients, relationships
from clinic_toolkit.record.safety import fear_holds, risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry, SheetPlace
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.worksheets.catalogue import load_worksheet
from tests.fixtures import held_sheet
from tests.fixtures.practices import NOW, giving
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.intake import today
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.test_handover import comes_back, handed
from tests.journeys.test_same_bytes import neutral

AFRAID = next(n for n, item in enumerate(giving().items, start=1) if item.safety_flag == "fear")
# Calm is the lowest answer to a question about fear; any other asks for a prompt.
CALM: list[steps.Answer] = [0 if n == AFRAID else 1 for n in range(1, 13)]
RAISING = [4 if n == AFRAID else 1 for n in range(1, 13)]
NO_REASSURANCE = "If no prompt appears, that is no reassurance"
NO_OTHER = "If no other prompt appears, that is no reassurance"
ASKED = "Ask in private about fear of this person."


# Calm about fear, but two answers for which the sheets of the first questionnaire fit.
FITTING: list[steps.Answer] = [0 if n == AFRAID else 4 for n in range(1, 13)]


def raised(me: Person, session: str, **about: str) -> Page:
    """The clinician's result of a form that asks about fear."""
    return steps.finish(me, steps.answer_all(me, steps.begin(me, session, **about), RAISING))


def test_three_choices_and_one_button_close_a_prompt(me: Person, session: str) -> None:
    result = raised(me, session)
    assert ASKED in result.text and NO_OTHER in result.text
    page = me.follow(result, "Say what was done")
    assert ASKED in page.text and NO_OTHER in page.text
    assert page.form("how").values("how") == ["asked", "in_hand", "not_today"]
    back = me.send(page, {"how": "asked"})
    assert back.path == result.path and "Closed on" in back.text and "Asked today" in back.text
    assert "Say what was done" not in [words for words, _ in back.links]
    assert ASKED in back.text, "it is not said any less for having been closed"


@pytest.mark.parametrize("value", [1, 4])
def test_a_prompt_says_the_question_and_the_answer_where_the_clinician_alone_reads(
    me: Person, session: str, value: int
) -> None:
    answers: list[steps.Answer] = [value if n == AFRAID else 1 for n in range(1, 13)]
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), answers))
    words = f"{giving().options[value].label}: “{giving().items[AFRAID - 1].text}”"
    for page in (
        result,
        me.follow(result, "Say what was done"),
        me.follow(me.open(session), "For the clinician"),
    ):
        first = page.text.partition(ASKED)[0]
        assert words in first and "was named (item" in first, page.path
    assert words not in me.open(session).text and giving().items[AFRAID - 1].text not in me.open("/").text


def test_a_prompt_about_a_declined_question_says_its_words(me: Person, session: str) -> None:
    answers = [steps.WOULD_NOT if n == AFRAID else 1 for n in range(1, 13)]
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), answers))
    asked = f"was left unanswered (item {AFRAID}). “{giving().items[AFRAID - 1].text}” {ASKED}"
    assert asked in result.text


def test_the_client_page_and_the_entry_keep_what_was_done(me: Person, session: str) -> None:
    page = me.follow(raised(me, session), "Say what was done")
    # How to ask stands beside where the answer is noted.
    assert "What to ask in private, and what to do after a yes" in page.text
    assert "ask one question at a time, and wait" in page.text
    check = today() + timedelta(days=200)
    lines = {"asked": "Is he ever frightening? Once.", "protects": "Her sister.", "did": "Gave the number."}
    done = me.send(page, {"how": "in_hand", "fear": "room", "next_check": check.isoformat(), **lines})
    entry = me.follow(done, "Already in hand")
    for words in (*lines.values(), "Already in hand", "stay in the room", format_date(check), "about M."):
        assert words in entry.text, words
    listed = me.follow(entry, "All entries")
    assert "Already in hand" in listed.text and NO_REASSURANCE in listed.text
    further = me.follow(entry, "Add to this entry")
    assert further.typed("about"), "it is about the same person"
    added = me.send(further, {"did": "Called back."})
    assert "Called back." in added.text and "follows an earlier one" in added.text
    assert "Called back." not in me.open(entry.path).text.partition("What belongs together")[0]


def test_an_entry_keeps_the_word_that_the_client_had_for_the_person(
    site: Site, me: Person, session: str
) -> None:
    page = me.follow(raised(me, session), "Say what was done")
    entry = me.follow(me.send(page, {"how": "in_hand"}), "Already in hand")
    work = site.work
    with writing(work.engine) as db:
        [client] = clients.list_clients(db, work.vault)
        [kept] = relationships.list_relationships(db, work.vault, client.id)
        relationships.revise_relationship(
            db, work.vault, kept, word="My mother", frame=kept.payload.frame, now=datetime.now(UTC)
        )
    listed = me.follow(me.open(entry.path), "All entries")
    for words in (me.open(entry.path).text, listed.text):
        assert "about M." in words and "My mother" not in words
    # The control: pages that show things as they are have the new word.
    assert "My mother" in me.open(f"/clients/{client.id}").text


def test_not_today_asks_why_and_loses_nothing(me: Person, session: str) -> None:
    page = me.follow(raised(me, session), "Say what was done")
    refused = me.send(page, {"how": "not_today", "did": "Wrote it down.", "next_check": "2001-01-01"})
    assert refused.status == 422
    assert "Write in a few words why you did not ask today." in refused.error("because")
    assert "This day is past" in refused.error("next_check")
    assert refused.typed("how") == "not_today" and refused.typed("did") == "Wrote it down."
    assert me.send(page, {}, by="how").status == 422, "none of the three is chosen for anybody"
    assert me.open(page.path).status == 200 and "Save what was done" in me.open(page.path).source
    far = str(datetime.now().astimezone().date() + timedelta(days=8))
    late = me.send(refused, {"because": "Her mother was there.", "next_check": far})
    assert late.status == 422 and "must be within 7 days" in late.error("next_check")
    done = me.send(late, {"next_check": ""})
    assert "Not asked yet, because: Her mother was there. Next check on" in done.text
    assert "Closed on" not in done.text and "Say what was done" in [words for words, _ in done.links]


@pytest.mark.parametrize("place", ["home", "room"])
def test_not_today_is_not_taken_together_with_where_sheets_may_go(
    me: Person, session: str, place: str
) -> None:
    page = me.follow(raised(me, session), "Say what was done")
    typed = {"how": "not_today", "because": "Her mother was there."}
    refused = me.send(page, typed | {"fear": place})
    assert refused.status == 422 and "says that you have not asked yet" in refused.error("fear")
    assert refused.typed("fear") == place and refused.typed("because") == "Her mother was there."
    done = me.send(refused, {"fear": "no"})
    assert "Not asked yet, because: Her mother was there." in done.text


def test_a_reason_is_not_lost_by_another_choice(me: Person, session: str) -> None:
    page = me.follow(raised(me, session), "Say what was done")
    typed = {"how": "asked", "because": "Her mother was there."}
    refused = me.send(page, typed)
    assert refused.status == 422 and "move these words to another line" in refused.error("because")
    assert refused.typed("because") == typed["because"] and refused.typed("how") == "asked"
    moved = me.send(refused, {"because": "", "asked": typed["because"]})
    assert moved.status == 200 and "Closed on" in moved.text


def test_today_shows_it_until_it_is_closed_and_says_nothing_of_what(me: Person, session: str) -> None:
    raised(me, session)
    page = me.open("/")
    assert "Something to ask about, from a questionnaire of" in page.text and "A. R." in page.text
    shown = page.text.partition("To ask about")[2]
    for words in (
        "fear",
        "burden",
        "private",
        "Reyes",
        "M.",
        giving().title,
        giving().items[AFRAID - 1].text,
    ):
        assert words not in shown, words
    closing = me.open(next(href for _, href in page.links if "/risk-entry" in href))
    told = me.send(closing, {"how": "asked"})
    assert "still stay in the room" in told.text, "Today shows nothing of it, so the entry says it first"
    done = me.follow(told, "Back to where you were")
    assert done.path == "/" and "Something to ask about" not in done.text


def test_the_page_after_closing_says_that_sheets_stay_in_the_room(me: Person, session: str) -> None:
    held = "Sheets about M. still stay in the room: no entry says yet that they may go home."
    result = raised(me, session)
    assert held not in result.text, "an open prompt speaks for itself"
    done = me.send(me.follow(result, "Say what was done"), {"how": "asked"})
    assert held in done.text
    entry = me.follow(done, "Asked today")
    assert held in entry.text
    said = me.send(me.follow(entry, "Say where sheets may go"), {"fear": "home"})
    assert held not in said.text
    assert held not in me.open(result.path).text and held not in me.open(entry.path).text


def test_an_entry_that_keeps_sheets_in_the_room_is_not_told_that_something_is_missing(
    me: Person, session: str
) -> None:
    result = raised(me, session)
    done = me.send(me.follow(result, "Say what was done"), {"how": "asked", "fear": "room"})
    assert done.path == result.path and "Saved." in done.text
    entry = me.follow(done, "Asked today")
    noted = f"Sheets about M. stay in the room, as you noted on {format_date(today())}."
    for page in (done, entry):
        assert noted in page.text, page.path
        assert "no entry says yet" not in page.text and "Say where sheets may go" not in page.text
    assert "Saved." not in entry.text and "Saved." not in me.open(result.path).text, "it is said once"
    home = me.send(me.follow(entry, "If that changes, write a new entry"), {"fear": "home"})
    assert "Saved." in home.text and noted not in me.open(result.path).text


def test_each_paper_that_may_go_home_asks_about_it_where_it_is_printed(me: Person, session: str) -> None:
    result = raised(me, session)
    given = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder"})
    shown = unescape(result.source).partition("Keep the client page in the room")
    assert shown[0].rstrip().endswith('<div class="notice">\n<p><strong>'), "it is no small print"
    assert "Client page (PDF)" in shown[2] and "Client page (PDF)" not in shown[0], "and comes first"
    for paper in (me.follow(result, "Client page"), me.follow(given, "Print the sheet")):
        assert "Is there anyone you would not want to find this?" in paper.text
        assert "Sheets about M. stay in the room" in me.follow(paper, "For the clinician").text
        assert "stay in the room" not in paper.text, "the client may be looking"
    blank = me.open("/worksheets/receiving-ladder/blank").text
    assert "For the clinician" not in blank, "a blank one is nobody's"


def test_what_is_said_of_the_client_page_stands_together(me: Person, session: str) -> None:
    page = me.follow(steps.begin(me, session), "first question")
    for _ in range(11):
        page = steps.give(me, page, 4)
    stopped = me.send(page, {"answer": "4", "go": "stop"}, by="answer")
    result = me.open(f"{steps.place(stopped)}/result")
    before, _, after = unescape(result.source).partition("Keep the client page in the room")
    assert "Go on with the questionnaire" in before and "Go on with" not in after
    there = "If the client wants it there, to read it here in the room:"
    assert there in result.text.partition("Client page (PDF)")[2]
    me.send(me.follow(result, "Say what was done"), {"how": "asked", "fear": "home"})
    assert "in the room" not in me.open(result.path).text.partition("Client page (PDF)")[2]


def test_what_is_said_of_the_crisis_line_is_what_is_printed(me: Person, session: str) -> None:
    assert "Printed at the foot of the client page. It is not on worksheets" in me.open("/practice").text
    result = raised(me, session)
    given = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder"})
    assert "116 123" in steps.words_of(me.follow(result, "Client page"))
    assert "116 123" not in steps.words_of(me.follow(given, "Print the sheet"))


def test_a_prompt_put_off_or_closed_with_a_place_says_nothing_more_of_sheets(
    me: Person, session: str
) -> None:
    result = raised(me, session)
    put_off = me.send(me.follow(result, "Say what was done"), {"how": "not_today", "because": "No time."})
    assert "still stay in the room" not in put_off.text
    done = me.send(me.follow(put_off, "Say what was done"), {"how": "asked", "fear": "home"})
    assert "still stay in the room" not in done.text


def test_a_calm_form_asks_nothing_and_says_that_this_is_no_reassurance(me: Person, session: str) -> None:
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), CALM))
    assert ASKED not in result.text and NO_REASSURANCE in result.text
    assert "Something to ask about" not in me.open("/").text
    closing = me.open(f"{steps.place(result)}/risk-entry")
    assert "Nothing is open after this questionnaire" in closing.text


def test_what_changed_meanwhile_is_not_closed_unseen(me: Person, session: str) -> None:
    page = me.follow(raised(me, session), "Say what was done")
    assert me.send(me.open(page.path), {"how": "asked"}).status == 200
    again = me.send(page, {"how": "in_hand", "did": "Typed in the second window."})
    assert again.status == 409 and "Something changed after you opened this page" in again.text
    assert again.typed("did") == "Typed in the second window."
    done = me.send(again, {"how": "in_hand"})
    assert done.status == 200 and "Typed in the second window." in me.open(_entries(me, done)).source


def _entries(me: Person, page: Page) -> str:
    """The newest entry of the client whose questionnaire this is."""
    client = next(href for _, href in page.links if href.startswith("/clients/"))
    return next(href for words, href in me.open(f"{client}/risk-entries").links if words.startswith("Read"))


def test_the_first_page_after_a_hand_over_leads_to_it_and_back(site: Site, me: Person) -> None:
    device = handed(site, me)
    device.post(f"/form/{AFRAID}", {"answer": "3"})
    device.post("/form/give-back")
    page = comes_back(site, me)
    assert "Before your client leaves" in page.text and ASKED in page.text and NO_OTHER in page.text
    done = me.send(me.follow(page, "Say what was done"), {"how": "asked"})
    assert done.path == page.path and "Closed on" in done.text
    assert "Something to ask about" not in me.open("/").text


def test_an_entry_is_written_from_a_session_and_from_a_client_without_any_form(
    me: Person, session: str
) -> None:
    page = me.follow(me.open(session), "Write a risk entry")
    refused = me.send(page, {}, by="did")
    assert refused.status == 422 and "write at least one line" in refused.text
    entry = me.send(page, {"did": "Rang the clinic."})
    assert "Rang the clinic." in entry.text and me.follow(entry, "The session").path == session
    client = me.open(next(href for _, href in entry.links if href.startswith("/clients/")))
    plain = me.send(me.follow(client, "Write a risk entry"), {"protects": "The choir."})
    assert "The choir." in plain.text and "The session" not in [words for words, _ in plain.links]
    assert "List of risk entries" in me.open(client.path).text


def test_the_note_takes_an_entry_by_a_tick_only(me: Person, session: str) -> None:
    me.send(me.follow(me.open(session), "Write a risk entry"), {"asked": "Hopeless? Some days."})
    page = me.open(f"{session}/note")
    assert "Hopeless? Some days." in page.text and "unless you tick it" in page.text
    (tick,) = [name for name in page.form("section-data").names if name.startswith("take-")]
    left = me.send(page, {"section-data": "Came.", "sign": "yes"})
    assert "Hopeless" not in left.text
    taken = me.send(me.open(f"{session}/note"), {tick: "yes", "sign": "yes"}, by="section-data")
    assert "Hopeless? Some days." in taken.text and "from the risk entry of" in taken.text


def test_a_couples_session_writes_no_entry(site: Site, me: Person) -> None:
    session, *_ = couple(site)
    assert "Write a risk entry" not in me.open(session).text
    assert me.open(f"{session}/risk-entries/new").status == 404


# Fear, asked about in private, and the sheets that wait for it.


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A sheet that waits until fear was asked about."""
    held_sheet.planted(monkeypatch, tmp_path)
    yield held_sheet.SLUG
    monkeypatch.undo()
    held_sheet.taken_away()


def test_such_a_sheet_is_offered_only_when_fear_was_asked_about(me: Person, session: str, held: str) -> None:
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), FITTING))
    assert held_sheet.TITLE not in result.text
    assert "A sheet that fits is held back" in result.text and "last 90 days" in result.text
    noted = me.send(me.follow(result, "Note that it was asked"), {"fear": "home"})
    assert "Asked in private about fear" in noted.text and "about M." in noted.text
    result = me.open(result.path)
    assert held_sheet.TITLE in result.text and "held back" not in result.text


@pytest.mark.parametrize(
    ("instrument", "slug"), [("giving", "want-to-have-to"), ("boundaries", "two-circles")]
)
def test_a_shipped_sheet_that_acts_towards_somebody_waits(
    me: Person, session: str, instrument: str, slug: str
) -> None:
    sheet = load_worksheet(slug)
    title = sheet.title
    items = catalogue.load_instrument(instrument).items
    answers: list[steps.Answer] = [
        4 if item.facet in sheet.facets and item.safety_flag != "fear" else 0 for item in items
    ]
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session, instrument), answers))
    assert title not in result.text and "A sheet that fits is held back" in result.text
    page = me.open(f"{session}/worksheets")
    assert title in page.text.partition("only after fear was asked about")[2]
    asked = me.send(page, {"worksheet": slug})
    assert asked.status == 422 and "First ask in private about fear of this person" in asked.text
    assert me.send(asked, {"fear": "home"}).path.startswith("/handouts/")
    assert title in me.open(result.path).text


@pytest.mark.parametrize("what", ["prompt", "entry"])
def test_a_sheet_whose_own_warning_applies_is_never_called_fitting(
    me: Person, session: str, what: str
) -> None:
    """Every sheet that fits these answers warns of someone who is feared, and someone is."""
    fearful: list[steps.Answer] = [4] * 12
    for instrument, slug in (
        ("giving", "want-to-have-to"),
        ("receiving", "receiving-ladder"),
        ("boundaries", "two-circles"),
    ):
        result = steps.finish(me, steps.answer_all(me, steps.begin(me, session, instrument), fearful))
        if what == "entry" and "Say what was done" in [words for words, _ in result.links]:
            closing = me.follow(result, "Say what was done")
            place = {"fear": "room"} if "fear" in closing.form("how").names else {}
            me.send(closing, {"how": "asked", "asked": "He threatens her."} | place)
        result = me.open(result.path)
        assert "Fits what was said" not in result.text, instrument
        assert load_worksheet(slug).title not in result.text, instrument
        assert "No sheet is suggested: sheets about M. stay in the room" in result.text, instrument
        assert "Note that it was asked" not in result.text, "asking again would not release it"
        assert "Fits what was said" not in me.open(f"{session}/worksheets").text
    # The control: the same answers about somebody who is not held.
    friend = steps.begin(me, session, "receiving", word="K.", frame="friend")
    assert "Fits what was said" in steps.finish(me, steps.answer_all(me, friend, fearful)).text


@pytest.mark.parametrize("slug", ["want-to-have-to", "two-circles"])
def test_that_it_was_asked_releases_no_sheet_that_stays_in_the_room(
    me: Person, session: str, slug: str
) -> None:
    result = raised(me, session)
    me.send(me.follow(result, "Say what was done"), {"how": "asked", "fear": "room", "asked": "Threats."})
    page = me.send(me.open(f"{session}/worksheets"), {"worksheet": slug})
    assert page.status == 422 and "Not given yet" in page.error("fear")
    kept = me.send(page, {"fear": "room"})
    assert kept.status == 422 and "Not given: sheets about this person stay in the room" in kept.error("fear")
    assert me.send(page, {"fear": "home"}).path.startswith("/handouts/"), "an entry says so now"


def test_asked_in_the_room_is_noted_once_however_often_it_is_sent(me: Person, session: str) -> None:
    page = me.send(me.open(f"{session}/worksheets"), {"worksheet": "want-to-have-to"})
    client = next(href for _, href in me.open(session).links if href.startswith("/clients/"))
    assert "Read" not in [words for words, _ in me.open(f"{client}/risk-entries").links]
    for _ in range(2):
        assert me.send(page, {"fear": "room"}).status == 422
    entries = me.open(f"{client}/risk-entries").links
    assert len([words for words, _ in entries if words.startswith("Read")]) == 1


def test_a_prompt_and_a_person_never_asked_about_are_refused_in_the_same_bytes(
    me: Person, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client may read the page that refuses, and it must not tell why."""
    raised(me, session)
    open_prompt = me.send(me.open(f"{session}/worksheets"), {"worksheet": "want-to-have-to"})
    assert open_prompt.status == 422
    assert ASKED in me.follow(me.open(session), "For the clinician").text, "the control: a prompt is open"
    monkeypatch.setattr(safety_prompt_rules, "list_safety_prompts", lambda *_, **__: ())
    never = me.send(me.open(f"{session}/worksheets"), {"worksheet": "want-to-have-to"})
    assert ASKED not in me.follow(me.open(session), "For the clinician").text
    assert neutral(never.body) == neutral(open_prompt.body)


def test_it_does_not_matter_which_form_was_used_or_whether_any_was(
    me: Person, session: str, held: str
) -> None:
    """The sheet waits also where no form was given at all."""
    page = me.open(f"{session}/worksheets")
    offered, _, folded = page.source.partition("only after fear was asked about")
    assert held not in offered and held in folded
    asked = me.send(page, {"worksheet": held, "sentence": "I can rest."})
    assert asked.status == 422 and "First ask in private about fear of this person" in asked.text
    assert asked.typed("worksheet") == held and asked.typed("sentence") == "I can rest."
    assert me.send(asked, {"fear": "no"}).status == 422
    given = me.send(asked, {"fear": "home"})
    assert given.path.startswith("/handouts/") and "In the room only" not in given.text
    # The list stands as it did: that it was asked is nothing for whoever reads along.
    later = me.open(f"{session}/worksheets")
    assert held in later.source.partition("only after fear was asked about")[2]
    for each in (page, later):
        assert "They stand folded here for every client, whether fear was asked about or not" in each.text
        count = folded.count('name="worksheet"')
        assert f"For the clinician: {count} more, only after" in each.text and count


def test_asked_about_one_person_is_not_asked_about_another(me: Person, session: str, held: str) -> None:
    m = steps.finish(me, steps.answer_all(me, steps.begin(me, session), FITTING))
    me.send(me.follow(m, "Note that it was asked"), {"fear": "home"})
    steps.finish(me, steps.answer_all(me, steps.begin(me, session, word="K."), CALM))
    page = me.open(f"{session}/worksheets")
    first, second = [id for id in page.form("about").options["about"] if id != "nobody"]
    assert me.send(page, {"worksheet": held, "about": second}).status == 422
    assert me.send(page, {"worksheet": held, "about": "nobody"}).status == 422
    assert me.send(page, {"worksheet": held, "about": first}).path.startswith("/handouts/")


@pytest.mark.parametrize(("days", "status"), [(89, 200), (90, 200), (91, 422)])
def test_the_ninetieth_day_counts_on_the_page_too(
    site: Site, me: Person, held: str, days: int, status: int
) -> None:
    client = site.work.client("Ana Reyes")
    session = f"/sessions/{site.work.session(client).id}"
    page = me.open(f"{session}/worksheets")
    today = datetime.now().astimezone().date()
    entry = RiskEntry(
        client=client.id.bytes,
        therapy_session=None,
        entry_date=today - timedelta(days=days),
        sheet_place=SheetPlace.HOME,
    )
    with writing(site.work.engine) as db:
        risk_entries.create_risk_entry(db, site.work.vault, entry, now=NOW)
    assert me.send(page, {"worksheet": held}).status == status


def test_a_blank_one_may_be_read_and_its_page_says_what_for(me: Person, held: str) -> None:
    page = me.open(f"/worksheets/{held}")
    assert "for your own reading" in page.text and "last 90 days" in page.text
    assert steps.words_of(me.follow(page, "Blank sheet"))
    assert "for your own reading" not in me.open("/worksheets/receiving-ladder").text


def test_an_open_prompt_about_fear_keeps_the_sheet_in_the_room(me: Person, session: str) -> None:
    result = raised(me, session)
    held = "Keep the client page in the room"
    assert held in me.open(result.path).text
    page = me.open(f"{session}/worksheets")
    assert page.typed("about") not in ("", "nobody"), "the person of the questionnaire is chosen"
    given = me.send(page, {"worksheet": "receiving-ladder"})
    assert "In the room only." not in given.text and "Before it leaves the room" in given.text
    assert "Sheets about M. stay in the room." in me.follow(given, "For the clinician").text
    assert steps.words_of(me.follow(given, "Print the sheet"))
    note = me.open(f"{session}/note").source
    assert "Worksheet “A ladder of small steps" in note and "” given." in note and "in the room" not in note
    me.send(me.follow(result, "Say what was done"), {"how": "asked", "fear": "home"})
    assert held not in me.open(result.path).text
    free = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder"})
    assert "stay in the room" not in me.follow(free, "For the clinician").text


def test_the_page_of_a_person_says_when_it_was_asked(me: Person, session: str) -> None:
    result = raised(me, session)
    client = me.follow(result, "Ana Reyes")
    person = me.open(client.link("M."))
    if person.path.endswith("/over-time"):
        person = me.follow(person, "M.")
    before = me.follow(person, "For the clinician").text
    assert "asked about in private: not noted. Sheets about M. stay in the room." in before
    shown = me.send(me.follow(person, "Note that it was asked"), {"fear": "home"})
    assert shown.status == 409 and ASKED in shown.text, "the open prompt is shown before it is closed"
    me.send(shown, {}, by="how")
    assert "Fear of M., asked about in private: last asked on" in me.follow(person, "For the clinician").text
    assert me.open(person.path).text == person.text, "the client may be looking"


def couple(site: Site) -> tuple[str, UUID, UUID]:
    """A session with Ana and Ben, held."""
    ana, ben = site.work.client("Ana Reyes"), site.work.client("Ben Okoro")
    _, session = site.work.joint_session(ana, ben)
    return f"/sessions/{session.id}", ana.id, ben.id


def test_a_couples_session_offers_such_a_sheet_only_when_both_were_asked(
    site: Site, me: Person, held: str
) -> None:
    session, *two = couple(site)
    page = me.open(f"{session}/worksheets")
    assert held not in page.source and "About whom" not in page.text
    refused = me.post(
        f"{session}/worksheets",
        {"csrf_token": site.token(), "worksheet": held, "client": two[0].hex, "fear": "home"},
    )
    assert refused.status == 422 and "with one of the two alone" in refused.text
    assert "fear" not in refused.text.lower(), "both may be reading"
    for at, id in enumerate(two):
        assert held not in me.open(f"{session}/worksheets").source
        with writing(site.work.engine) as db:
            other = relationships.create_relationship(
                db, site.work.vault, id, word=f"Quillon {at}", frame="partner", now=NOW
            )
            fear_holds.record_fear_inquiry(
                db,
                site.work.vault,
                id,
                other.id,
                sheet_place=SheetPlace.HOME,
                therapy_session_id=None,
                now=datetime.now(UTC),
            )
    page = me.open(f"{session}/worksheets")
    assert held in page.source
    given = me.send(page, {"worksheet": held, "client": two[0].hex})
    assert "In the room only." in given.text
    assert "Quillon" not in page.source


def test_a_couples_page_does_not_tell_of_a_hold(site: Site, me: Person) -> None:
    """Every sheet of a couple's session stays in the room, so that this says nothing of either."""
    session, ana, ben = couple(site)
    calm = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder", "client": ben.hex})
    with writing(site.work.engine) as db:
        fear_holds.record_fear_inquiry(
            db, site.work.vault, ana, None, sheet_place=SheetPlace.ROOM, therapy_session_id=None, now=NOW
        )
    hold = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder", "client": ana.hex})
    assert "In the room only." in calm.text and "In the room only." in hold.text


# Adults, the law, when not to use it, and whom to call.


def test_only_adults_are_taken_in_and_the_page_says_so(me: Person) -> None:
    page = me.open("/clients/new")
    assert "you confirm that this person is 18 or older" in page.text
    year = NOW.year - 17
    refused = me.send(page, {"name": "Ana", "birth_date": f"{year}-01-01"})
    assert refused.status == 422 and "under 18" in refused.error("birth_date")
    grown = me.send(page, {"name": "Ana", "birth_date": f"{NOW.year - 19}-01-01"})
    edited = me.send(me.follow(grown, "Edit details"), {"birth_date": f"{year}-01-01"})
    assert edited.status == 422 and "under 18" in edited.error("birth_date")


def test_the_clinicians_papers_say_what_they_are_not_for(me: Person, session: str) -> None:
    result = raised(me, session)
    line = "Not for legal or employment decisions."
    papers = [
        me.follow(me.open(session), "Session summary"),
        me.follow(me.open("/questionnaires/giving"), "Guide for you"),
    ]
    for paper in papers:
        assert line in steps.words_of(paper), paper.path
    given = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder"})
    for paper in (me.follow(result, "Client page"), me.follow(given, "Print the sheet")):
        assert line not in steps.words_of(paper), "what leaves the room carries one line only"


def test_when_it_is_not_the_right_thing_is_seen_before_it_is_begun(me: Person, session: str) -> None:
    page = me.open(f"{session}/questionnaire")
    assert "when not to use it" in page.text
    for line in giving().guidance.not_now:
        assert line in page.text


def test_no_practice_is_opened_without_whom_to_call(site: Site, me: Person) -> None:
    page = me.open("/practice")
    refused = me.send(page, {"crisis_text": " "})
    assert refused.status == 422 and refused.error("crisis_text")
    assert "116 123" in str(me.open("/practice").typed("crisis_text")), "what stood there stands"
