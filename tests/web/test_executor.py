"""The executor: two sheets made by the clinician, and a practice that both of them open for reading."""

import gc
import re
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.people import (
    clients,
    executor_access,
    practice_access,
    secret_changes,
    therapy_sessions,
)
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import Attendance
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import unlock_attempts
from clinic_toolkit.vault.user_keys import SigningKeyNotOpen
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.access.guard import AccessState
from tests.fixtures import audit_lines, passphrase_checks
from tests.fixtures.practices import NOW
from tests.fixtures.sites import UNKNOWN, Site, Visitor

RIGHT = "glacier mandolin unwrapped"
KEY = b"\x05" * 32
REFUSED = "Nothing was saved. The practice was opened with the two sheets of the executor"


@pytest.fixture
def knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The passphrase is compared without its second of work."""
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == RIGHT, psychotherapy_key=KEY)


def give_halves(site: Site, *, psychotherapy_key: bytes | None = None) -> executor_access.NewHalves:
    with writing(site.work.engine) as db:
        halves = executor_access.generate_halves(site.work.vault, psychotherapy_key=psychotherapy_key)
        executor_access.activate_halves(db, site.work.vault, halves, now=NOW)
    return halves


def typed(first: tuple[str, ...], second: tuple[str, ...]) -> dict[str, str]:
    return {f"group{number}": group for number, group in enumerate((*first, *second), 1)}


def put_away(site: Site) -> None:
    site.app.worker.logins.clear()


@pytest.fixture
def executor(site: Site) -> Site:
    """A practice with a client and a coming session, opened with both sheets."""
    client = site.work.client("Ana Reyes")
    with writing(site.work.engine) as db:
        details = msgspec.structs.replace(client.payload, phone="01 234 567")
        clients.revise_client(db, site.work.vault, client, details, now=NOW)
    session = site.work.session(client)
    with writing(site.work.engine) as db:
        tomorrow = datetime.now().astimezone().date() + timedelta(days=1)
        coming = msgspec.structs.replace(session.payload, on=tomorrow, attendance=Attendance.PLANNED)
        therapy_sessions.revise_therapy_session(db, site.work.vault, session, coming, now=NOW)
    halves = give_halves(site)
    put_away(site)
    assert (
        site.post("/unlock/executor", typed(halves.first, halves.second)).headers["Location"] == "/executor"
    )
    return site


def events(site: Site, newest: int = 3) -> list[tuple[str, bool]]:
    with reading(site.work.engine) as db:
        return [
            (line.event, line.has_signature) for line in audit_lines.lines(db, site.work.vault, newest=newest)
        ]


def stored(site: Site) -> list[Any]:
    """Every row of every table."""
    with reading(site.work.engine) as db:
        names = db.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")).all()
        return [(name, db.execute(text(f'SELECT * FROM "{name}"')).all()) for name in names]


def test_two_sheets_from_the_page_to_the_papers_and_back(site: Site, knows: None) -> None:
    page = site.get("/practice/executor").text
    assert "There are no such sheets yet" in page and "If you can no longer work" in page
    answer = site.post("/practice/executor", {"present_passphrase": RIGHT})
    assert answer.headers["Location"] == "/practice/executor"
    page = site.get("/practice/executor").text
    asked = [int(number) for number in re.findall(r"Group (\d) of the", page)]
    papers = []
    for half in (1, 2):
        paper = site.get(f"/practice/executor/paper/{half}").text
        papers.append(list(dict.fromkeys(re.findall(r"<strong>([0-9A-Z]{5})</strong>", paper))))
        assert site.get(f"/practice/executor/paper/{half}").headers["Location"] == "/practice/executor"
    assert [len(groups) for groups in papers] == [8, 8] and len(asked) == 2
    assert not set(papers[0]) & set(papers[1])
    assert not any(group in site.get("/practice/executor").text for group in (*papers[0], *papers[1]))
    wrong = site.post("/practice/executor", {"group_1": "AAAAA", "group_2": papers[1][asked[1] - 1]})
    assert wrong.status_code == 422 and "There are no such sheets" not in wrong.text
    with reading(site.work.engine) as db:
        assert executor_access.find_halves(db, site.work.vault) == (False, False)
    right = {f"group_{half}": papers[half - 1][asked[half - 1] - 1].lower() for half in (1, 2)}
    done = site.post("/practice/executor", right)
    assert done.headers["Location"] == "/practice/executor?saved=made"
    assert "psychotherapy notes stay closed" in site.get("/practice/executor?saved=made").text
    with reading(site.work.engine) as db:
        assert executor_access.find_halves(db, site.work.vault) == (True, False)
    assert any(event.startswith("practice.executor_sheets_made slots-") for event, _ in events(site))
    put_away(site)
    first, second = (tuple(groups) for groups in papers)
    assert site.post("/unlock/executor", typed(first, second)).headers["Location"] == "/executor"


def test_psychotherapy_notes_only_by_choice(site: Site, knows: None) -> None:
    for opted_in in (False, True):
        fields = {"present_passphrase": RIGHT} | ({"psychotherapy": "yes"} if opted_in else {})
        site.post("/practice/executor", fields)
        said = "will be open to them" if opted_in else "will stay closed to them"
        assert f"Psychotherapy notes {said}" in site.get("/practice/executor").text
        site.post("/practice/executor", {"discard": "yes"})


def test_a_wrong_passphrase_makes_and_withdraws_nothing(site: Site, knows: None) -> None:
    halves = give_halves(site)
    before = stored(site)
    for more in ({}, {"withdraw": "yes"}):
        answer = site.post("/practice/executor", {"present_passphrase": "glacier"} | more)
        assert answer.status_code == 422 and "not your present passphrase" in answer.text
        site.app.worker.is_ending = False
        site.unlock()
    assert [rows for name, rows in stored(site) if name == "slot"] == [
        rows for name, rows in before if name == "slot"
    ]
    answer = site.post("/practice/executor", {"present_passphrase": RIGHT, "withdraw": "yes"})
    assert answer.headers["Location"] == "/practice/executor?saved=withdrawn"
    put_away(site)
    refused = site.post("/unlock/executor", typed(halves.first, halves.second))
    assert refused.status_code == 422 and "do not open this practice together" in refused.text


def test_a_wrong_group_is_named_with_its_sheet(site: Site) -> None:
    halves = give_halves(site)
    put_away(site)
    mistyped = typed(halves.first, halves.second)
    mistyped["group11"] = mistyped["group12"]
    page = site.post("/unlock/executor", mistyped)
    assert page.status_code == 422
    assert "Group 3 of the second sheet is not as it is printed" in page.text
    assert "of the first sheet is" not in page.text
    assert not any(group in page.text for group in (*halves.first, *halves.second))
    assert site.ends == ["mistyped sheet"]


def test_the_clinician_is_still_told_of_refused_tries(site: Site) -> None:
    halves = give_halves(site)
    put_away(site)
    unlock_attempts.record_unnamed_failure(site.settings.data_folder)
    assert site.post("/unlock/executor", typed(halves.first, halves.second)).status_code == 303
    assert unlock_attempts.count_most_failures(site.settings.data_folder) == 1


def test_swapped_sheets_and_one_twice_are_refused(site: Site) -> None:
    halves = give_halves(site)
    put_away(site)
    for first, second in ((halves.second, halves.first), (halves.first, halves.first)):
        page = site.post("/unlock/executor", typed(first, second))
        assert page.status_code == 422 and "Group 1 of the second sheet is not" in page.text
        site.app.worker.is_ending = False
    assert site.post("/unlock/executor", typed(halves.first, halves.second)).status_code == 303


def test_it_opens_on_contacts_sessions_and_open_matters(executor: Site) -> None:
    page = executor.get("/executor").text
    for words in ("Ana Reyes", "01 234 567", "Coming sessions", "Still to be asked", "Contacts"):
        assert words in page
    # The column of days takes a short one; a long one would stand over the name.
    days = re.findall(r'class="when">([^<]*)<', page)
    assert days and all(len(day) <= len("Mon 30 Nov") for day in days)
    assert "for reading. Nothing can be saved here." in page
    assert "for reading. Nothing can be saved here." in executor.get("/clients").text
    assert executor.get("/unlock").headers["Location"] == "/executor"


def test_every_saving_route_is_refused_in_a_sentence(executor: Site) -> None:
    before, tried = stored(executor), 0
    posts = [rule for rule in executor.app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    with executor.app.app_context():
        searches = {rule.endpoint for rule in posts if guard.is_search(rule.endpoint)}
        states = [
            (rule, guard.required_state(rule.endpoint)) for rule in posts if rule.endpoint not in searches
        ]
    assert searches == {
        "clients.search",
        "audit.search",
        "searches.search_caseload",
        "searches.search_client",
    }
    for rule, state in states:
        if state == AccessState.ALWAYS:
            continue
        path = re.sub(r"<[^>]+>", "1", re.sub(r"<uuid:\w+>", str(UNKNOWN), rule.rule))
        answer = executor.post(path, {"present_passphrase": RIGHT}, token=False)
        if state in (AccessState.WHILE_LOCKED, AccessState.BEFORE_SETUP):
            assert answer.headers["Location"] == "/executor", rule.rule
            continue
        assert (answer.status_code, REFUSED in answer.text) == (403, True), rule.rule
        tried += 1
    assert tried > 50
    assert stored(executor) == before
    script = executor.post("/practice", token=False, headers={"X-Autosave": "1"})
    assert script.status_code == 403
    assert executor.post("/lock").headers["Location"] == "/unlock"
    assert stored(executor) == before


def test_a_search_finds_and_writes_nothing(executor: Site) -> None:
    before = stored(executor)
    found = executor.post("/clients/find", {"words": "reyes"})
    assert "Ana Reyes" in executor.get(found.headers["Location"]).text
    lines = executor.post("/audit/find", {"kind": "practice"})
    assert executor.get(lines.headers["Location"]).status_code == 200
    assert stored(executor) == before


def test_what_is_looked_at_writes_nothing(executor: Site) -> None:
    before = stored(executor)
    for path in ("/executor", "/", "/clients", "/audit", "/practice", "/questionnaires", "/worksheets"):
        assert executor.get(path).status_code == 200, path
    executor.app.worker.waiting_reads.try_write(executor.work.engine)
    assert stored(executor) == before


def reachable(root: object) -> list[object]:
    """Every object that can be reached from this one, without modules and classes."""
    found: dict[int, object] = {}
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if id(one) in found or isinstance(one, type) or type(one).__name__ in ("module", "function", "cell"):
            continue
        found[id(one)] = one
        waiting += gc.get_referents(one)
    return list(found.values())


def holds_private_key(vault: Vault, seed: bytes) -> bool:
    everything = reachable(vault)
    return any(
        isinstance(one, Ed25519PrivateKey) or (isinstance(one, bytes) and seed in one) for one in everything
    )


def test_no_private_key_is_reachable_from_the_vault_of_an_executor(executor: Site) -> None:
    [login] = executor.app.worker.logins.values()
    seed = executor.work.vault._user_keys.signing_key._key.private_bytes_raw()
    assert holds_private_key(executor.work.vault, seed), "the control"
    assert not holds_private_key(login.vault, seed)
    with writing(executor.work.engine) as db, pytest.raises(SigningKeyNotOpen):
        clients.create_client(db, login.vault, Client(name="Bea Stone"), now=NOW)
    with writing(executor.work.engine) as db, pytest.raises(SigningKeyNotOpen):
        audit_log.append_entry(db, login.vault, "client.added", now=NOW)


def test_each_use_is_a_line_and_is_said_at_the_next_unlock(
    executor: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert events(executor, 1) == [("unlock.executor", False)]
    put_away(executor)
    groups = {f"group{number}": group for number, group in enumerate(executor.work.groups, 1)}
    assert executor.post("/unlock/sheet", groups).headers["Location"] == "/unlock/choose"
    monkeypatch.setattr(secret_changes, "change_passphrase", lambda *_, **__: None)
    chosen = "walnut ferry candle oblong meadow trumpet"
    answer = executor.post("/unlock/choose", {"passphrase": chosen, "passphrase_again": chosen})
    assert answer.headers["Location"] == "/unlock/executor-used"
    page = executor.get("/unlock/executor-used").text
    assert "both sheets of the executor were typed here once" in page
    assert "A use is written down without a key" in page
    assert "Your executor opened the practice" in executor.get("/").text
    assert "opened with the two sheets of the executor" in executor.get("/audit").text
    # Said once: at the unlock after that it is in the trail alone.
    with writing(executor.work.engine) as db:
        later = practice_access.unlock_with_recovery_sheet(
            db, " ".join(executor.work.groups), now=NOW + timedelta(days=1)
        )
    assert later.executor_uses == ()


def test_a_use_beside_an_open_login_is_said_at_once_and_at_the_next_unlock(site: Site) -> None:
    """What the clinician saves afterwards is signed after the line, which does not make it seen."""
    halves, own = give_halves(site), site.browser
    site.browser = Visitor(site.app)
    assert (
        site.post("/unlock/executor", typed(halves.first, halves.second)).headers["Location"] == "/executor"
    )
    site.browser = own
    assert "Your executor opened the practice" in site.get("/").text
    site.work.client("Ana Reyes")
    put_away(site)
    unlocks = []
    for days in (1, 2):
        with writing(site.work.engine) as db:
            unlocks.append(
                practice_access.unlock_with_recovery_sheet(
                    db, " ".join(site.work.groups), now=NOW + timedelta(days=days)
                ).executor_uses
            )
    assert len(unlocks[0]) == 1 and unlocks[1] == ()


def test_the_page_for_a_professional_will(site: Site) -> None:
    page = site.get("/practice/executor/will").text
    for words in ("Who holds the two sheets", "What to do", "can and cannot do", "Where my records are"):
        assert words in page
    assert str(site.settings.data_folder) in page
    assert "Psychotherapy notes stay closed to them" in page
    give_halves(site, psychotherapy_key=KEY)
    assert "Psychotherapy notes are open to them" in site.get("/practice/executor/will").text
    assert page.count("line-to-write") > 10
