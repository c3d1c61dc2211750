"""The first run: from an empty folder to *Today*, and nothing before its time."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from clinic_toolkit import settings as configuration
from clinic_toolkit import start_commands
from clinic_toolkit.record.people import clinician
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import identity
from clinic_toolkit.web.app import ClinicApp, create_app
from tests.fixtures import passphrase_checks, sites
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site, TestKeeper
from tests.journeys import person
from tests.journeys.person import Person
from tests.journeys.steps import ABOUT, asked_on, groups_on, prove_sheet

RIGHT = "glacier mandolin unwrapped"
SENTENCES = {
    "practice_name": "Write the name of the practice",
    "clinician_name": "Write your name",
    "country": "Choose a country",
    "record_role": "Choose whether",
    "crisis_text": "Write whom a client can call",
    "limits_text": "Write what does not stay between you",
}


@dataclass
class Empty:
    """An app over an empty store, and someone who has just opened it."""

    app: ClinicApp
    me: Person

    @property
    def has_practice(self) -> bool:
        assert self.app.worker.engine
        with reading(self.app.worker.engine) as db:
            return identity.has_practice(db)


@pytest.fixture
def empty(tmp_path: Path) -> Empty:
    settings = configuration.load_settings(tmp_path / "data", environ={})
    app = create_app(
        settings, engine=open_store(tmp_path / "data"), keeper=TestKeeper(), end_worker=lambda reason: None
    )
    return Empty(app, person.newcomer(app, f"http://{settings.host}"))


@pytest.fixture
def unproved(site: Site, me: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    """A practice whose recovery sheet was just made anew and is not proved."""
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == RIGHT)
    site.app.worker.logins["known"].values["sheet proved"] = False
    practice_without_sheet(site)
    return me


def practice_without_sheet(site: Site) -> None:
    with writing(site.work.engine) as db:
        seen = clinician.load_clinician(db, site.work.vault)
        body = msgspec.structs.replace(seen.payload, recovery_sheet_proved=False)
        clinician.revise_clinician(db, site.work.vault, seen, body, now=NOW)


def test_who_has_a_backup_reads_the_command_before_and_after_quitting(empty: Empty, tmp_path: Path) -> None:
    page = empty.me.open("/setup")
    command = start_commands.write_restore_command(tmp_path / "data")
    assert command.endswith(f"deploy/start.py --restore FILE --data {tmp_path / 'data'}")
    assert "I have a backup of my practice" in page.text and command in page.text
    ended = empty.me.press(page, "Quit the program")
    assert "The program has ended" in ended.text and command in ended.text
    assert "start the program again" not in ended.text


def test_from_an_empty_folder_to_today(empty: Empty) -> None:
    me = empty.me
    page = me.open("/")
    assert page.path == "/setup"
    page = me.send(page, ABOUT)
    words = page.typed("offered_passphrase")
    assert words and len(words.split()) == 6 and words in page.text
    assert not empty.has_practice
    page = me.send(page, {"passphrase": words, "passphrase_again": words})
    assert empty.has_practice
    assert page.path == "/setup/code"
    offered = page.typed("offered_code")
    assert offered and len(offered) == 6 and offered in page.text
    page = me.send(page, {"code": offered})
    assert page.path == "/setup/sheet"
    paper = me.follow(page, "recovery sheet")
    assert paper.headers["Content-Type"].startswith("text/html")
    assert "Content-Disposition" not in paper.headers
    groups = groups_on(paper)
    assert len(groups) == 8
    assert not any(group in page.source for group in groups)
    asked = asked_on(page)
    assert len(set(asked)) == 2
    page = me.send(page, {f"group_{number}": groups[number - 1].lower() for number in asked})
    assert page.path == "/setup/backups"
    page = me.press(page, "Not for a week")
    assert page.path == "/"
    assert "No client yet" in page.text and page.link("Add a client")
    # Proved once, the sheet is never shown again.
    assert me.open("/setup/sheet").path == "/"
    assert me.open("/setup/sheet/paper").path == "/"
    # Every list that is empty says what comes next.
    for place in ("Clients", "Questionnaires", "Worksheets"):
        assert me.follow(page, place).status == 200


def test_the_last_step_sent_twice_makes_one_practice_and_ends_nothing(empty: Empty) -> None:
    """The browser drops the first answer and its cookie, and gets the second one."""
    ends: list[str] = []
    empty.app.worker.end_process = ends.append
    about = {"csrf_token": "", **ABOUT}
    page = empty.me.send(empty.me.open("/"), ABOUT)
    words = page.typed("offered_passphrase") or ""
    sent = page.form("passphrase").standing() | about | {"passphrase": words, "passphrase_again": words}
    other = person.newcomer(empty.app, empty.me.origin)
    token = other.open("/setup").typed("csrf_token") or ""
    empty.me.send(page, {"passphrase": words, "passphrase_again": words})
    with_keys = dict(empty.app.worker.logins)
    assert other.post("/setup/passphrase", sent | {"csrf_token": token}).path == "/unlock"
    assert empty.has_practice and not ends
    assert empty.app.worker.logins == with_keys != {}


@pytest.mark.parametrize("name", ABOUT)
@pytest.mark.parametrize("value", ["", "   ", None])
def test_every_field_of_the_practice_is_needed(empty: Empty, name: str, value: str | None) -> None:
    page = empty.me.send(empty.me.open("/setup"), ABOUT | {name: value}, by="practice_name")
    assert page.status == 422
    assert SENTENCES[name] in page.error(name)
    assert {each: page.typed(each) for each in ABOUT if each != name} == {
        each: typed for each, typed in ABOUT.items() if each != name
    }
    assert page.title.startswith("Error")
    assert not empty.has_practice


@pytest.mark.parametrize(("name", "value"), [("country", "XX"), ("country", "ie"), ("record_role", "none")])
def test_only_what_is_offered_is_taken(empty: Empty, name: str, value: str) -> None:
    page = empty.me.send(empty.me.open("/setup"), ABOUT | {name: value})
    assert page.status == 422 and SENTENCES[name] in page.error(name)


@pytest.mark.parametrize("name", ["practice_name", "clinician_name", "crisis_text", "limits_text"])
def test_too_long_is_said_with_a_number(empty: Empty, name: str) -> None:
    limit = {"crisis_text": 500, "limits_text": 600}.get(name, 120)
    page = empty.me.send(empty.me.open("/setup"), ABOUT | {name: "w" * (limit + 3)})
    assert page.status == 422
    assert "3 characters too long" in page.error(name)
    assert page.typed(name) == "w" * (limit + 3)
    assert empty.me.send(empty.me.open("/setup"), ABOUT | {name: "w" * limit}).status == 200


@pytest.mark.parametrize(
    ("typed", "again", "at", "sentence"),
    [
        ("", "", "passphrase", "Type the six words"),
        ("short one", "short one", "passphrase", "too short"),
        ("Therapist2024!!!", "Therapist2024!!!", "passphrase", ""),
        ("aaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaa", "passphrase", ""),
        ("the offered words", "something else here", "passphrase_again", "do not match"),
        ("a passphrase of my own kind", "", "passphrase_again", "do not match"),
    ],
)
def test_a_weak_or_mistyped_passphrase_makes_no_practice(
    empty: Empty, typed: str, again: str, at: str, sentence: str
) -> None:
    first = empty.me.send(empty.me.open("/setup"), ABOUT)
    page = empty.me.send(first, {"passphrase": typed, "passphrase_again": again})
    assert page.status == 422
    assert page.error(at) and sentence in page.error(at)
    # The words on the paper that the person is writing on stay the same; what was typed is not shown.
    assert page.typed("offered_passphrase") == first.typed("offered_passphrase")
    assert {name: page.typed(name) for name in ABOUT} == {name: first.typed(name) for name in ABOUT}
    assert not typed or typed not in page.source
    assert not empty.has_practice


def test_the_offered_words_stay_until_the_practice_is_made(empty: Empty) -> None:
    pages = [empty.me.send(empty.me.open("/setup"), ABOUT) for _ in range(2)]
    words = pages[0].typed("offered_passphrase")
    assert words == pages[1].typed("offered_passphrase") and empty.app.worker.setup_words
    assert empty.me.send(pages[1], {"passphrase": words, "passphrase_again": words}).path == "/setup/code"
    assert empty.app.worker.setup_words is None


def test_a_practice_cannot_be_slipped_past_its_first_page(empty: Empty) -> None:
    page = empty.me.send(empty.me.open("/setup"), ABOUT)
    words = page.typed("offered_passphrase")
    assert words
    page = empty.me.send(
        page, {"passphrase": words, "passphrase_again": words, "crisis_text": " "}, by="passphrase"
    )
    assert page.status == 422 and page.error("crisis_text")
    assert not empty.has_practice


@pytest.mark.parametrize(
    "typed", ["", "AB12", "AB12CD7", "AAAAAA", "123456", "9876-54", "AB-!CD", "ABC\u0000DE"]
)
def test_a_code_has_six_letters_or_digits(unproved: Person, typed: str) -> None:
    first = unproved.open("/setup/code")
    page = unproved.send(first, {"code": typed})
    assert page.status == 422 and page.error("code")
    assert page.typed("offered_code") == first.typed("offered_code")
    assert page.typed("code") == ""


def test_the_code_can_be_left_out(unproved: Person) -> None:
    assert unproved.press(unproved.open("/setup/code"), "Do without a code").path == "/setup/sheet"


def test_only_the_two_groups_of_the_paper_prove_the_sheet(unproved: Person) -> None:
    page = unproved.send(unproved.open("/setup/sheet"), {"present_passphrase": RIGHT})
    asked = asked_on(page)
    groups = groups_on(unproved.follow(page, "recovery sheet"))
    right = {f"group_{number}": groups[number - 1] for number in asked}
    for number in asked:
        for wrong in ("", "XXXXX", groups[number % 8], "<b>&</b>"):
            answer = unproved.send(page, right | {f"group_{number}": wrong})
            assert answer.status == 422
            assert f"not group {number} of your sheet" in answer.error(f"group_{number}")
            assert asked_on(answer) == asked
            assert unproved.open("/").path == "/setup/sheet"
    assert unproved.send(page, right).path == "/setup/backups"


def test_a_sheet_that_was_opened_is_not_shown_again_and_another_can_be_made(unproved: Person) -> None:
    page = unproved.send(unproved.open("/setup/sheet"), {"present_passphrase": RIGHT})
    old = groups_on(unproved.follow(page, "recovery sheet"))
    again = unproved.open("/setup/sheet/paper")
    assert again.path == "/setup/sheet" and "cannot be shown again" in again.text
    assert not any(group in again.source for group in old)
    page = unproved.send(again, {"present_passphrase": RIGHT})
    assert not set(old) & set(groups_on(unproved.follow(page, "recovery sheet")))


def test_a_sheet_that_was_lost_before_it_was_proved_is_replaced(unproved: Person) -> None:
    first = unproved.send(unproved.open("/setup/sheet"), {"present_passphrase": RIGHT})
    old = groups_on(unproved.follow(first, "recovery sheet"))
    # As after a crash: this worker no longer knows the groups.
    page = unproved.post(
        "/setup/sheet/new",
        {
            "csrf_token": first.form("csrf_token").standing()["csrf_token"],
            "present_passphrase": RIGHT,
        },
    )
    new = groups_on(unproved.follow(page, "recovery sheet"))
    assert not set(old) & set(new)
    old_ones = {f"group_{number}": old[number - 1] for number in asked_on(page)}
    assert unproved.send(page, old_ones).status == 422


ALWAYS = ("static", "lock", "cover", "quit", "pulse", "about-your-data", "handed-back")


def test_nothing_is_reachable_before_there_is_a_practice(empty: Empty) -> None:
    # What is promised can be read before anything is set up, and a page that only says thank you.
    always = ("/static", "/about-your-data", "/handed-back", "/quit")
    addresses = [path for path in _addresses(empty.app) if not path.startswith(always)]
    assert len(addresses) > 30
    for path in addresses:
        token = empty.me.open("/setup").form("csrf_token").standing()["csrf_token"]
        posted = empty.me.post(path, {"csrf_token": token, **ABOUT})
        assert posted.path in ("/setup", "/setup/passphrase"), path
        assert empty.me.open(path).path == "/setup" or path == "/setup/passphrase"
    assert not empty.has_practice


def test_nothing_is_reachable_before_the_sheet_is_proved(unproved: Person, site: Site) -> None:
    for path in _addresses(site.app):
        is_before = path.startswith("/setup") and not path.startswith("/setup/backups")
        if path.partition("/")[2].partition("/")[0] in ALWAYS or is_before:
            continue
        assert unproved.open(path).path == "/setup/sheet", path
        posted = site.post(path)
        assert posted.headers.get("Location") == "/setup/sheet", path
    # The control: once it is proved, the same addresses answer for themselves.
    page = unproved.send(unproved.open("/setup/sheet"), {"present_passphrase": RIGHT})
    prove_sheet(unproved, page)
    assert unproved.open("/practice").path == "/practice"


def _addresses(app: ClinicApp) -> list[str]:
    adapter = app.url_map.bind("")
    found = set()
    for rule in app.url_map.iter_rules():
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        values = {name: sites.example(rule, name) for name in rule.arguments}
        found.add(adapter.build(rule.endpoint, values, method=method))
    return sorted(found)


def test_a_draft_of_the_limits_stands_once_and_the_page_says_what_it_is_of(empty: Empty) -> None:
    page = empty.me.open("/setup")
    assert "the draft that is offered below for the limits of confidentiality" in page.text
    page = empty.me.send(page, ABOUT | {"limits_text": "", "offer": "limits"}, by="practice_name")
    assert page.source.count(page.typed("limits_text") or "none") == 1
    assert "It is in the box below" in page.text
