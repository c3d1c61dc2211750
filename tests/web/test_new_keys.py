"""New keys for everything, through the page: said plainly, proved on paper, and locked at the end."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from clinic_toolkit.record import key_replacement
from clinic_toolkit.record.carried_damage import KeysNotReplaced
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store import successor
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.storage_errors import WritingPaused
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.key_slots import WrongSecret
from tests.fixtures import cheap_derivations, passphrase_checks
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site
from tests.fixtures.waiting import wait_for

PAGE = "/practice/new-keys"
RIGHT, NEXT = "glacier mandolin unwrapped", "ottoman velvet cinder plume hazard"
CHOSEN = {"present_passphrase": RIGHT, "passphrase": NEXT, "passphrase_again": NEXT}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_derivations.use(monkeypatch)
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == RIGHT)


def drawn(site: Site, more: dict[str, str] | None = None) -> list[str]:
    """Choose the new passphrase; returns the groups of the new sheet, as its page shows them once."""
    assert site.post(PAGE, CHOSEN | (more or {})).headers["Location"] == PAGE
    page = site.get(f"{PAGE}/sheet").text
    groups = re.findall(r"<strong>([0-9A-Z]{5})</strong>", page)[:8]
    assert len(groups) == 8
    return groups


def typed_back(site: Site, groups: list[str]) -> dict[str, str]:
    """The two groups that the page asks for."""
    asked = re.findall(r'name="group_(\d)"', site.get(PAGE).text)
    assert len(asked) == 2
    return {f"group_{number}": groups[int(number) - 1] for number in asked}


def test_the_whole_way(site: Site) -> None:
    with writing(site.work.engine) as db:
        clients.create_client(db, site.work.vault, Client(name="Ana Reyes"), now=NOW)
    site.keeper.hold_return_blob(b"sealed")
    assert PAGE in site.get("/practice").text
    said = site.get(PAGE).text
    for sentence in (
        "copies of the folder and backups",
        "nothing can be saved",
        "finds no old copy",
        "executor",
    ):
        assert sentence in " ".join(said.split()).lower()
    groups = drawn(site)
    # The sheet is shown once, and neither it nor a passphrase stands on any other page.
    assert site.get(f"{PAGE}/sheet").headers["Location"] == PAGE
    page = site.get(PAGE).text
    assert not any(secret in page for secret in (*groups, NEXT, RIGHT))
    wrong = site.post(PAGE, dict.fromkeys(typed_back(site, groups), "00000"))
    assert wrong.status_code == 422 and site.ends == []
    assert site.post(PAGE, typed_back(site, groups)).headers["Location"] == f"{PAGE}/running"
    assert site.keeper.blob is None
    wait_for(lambda: site.ends == ["keys replaced"])
    assert site.get("/").status_code in (302, 303)
    with pytest.raises(WritingPaused), writing(site.work.engine):
        pass
    site.work.engine.dispose()
    engine = open_store(site.settings.data_folder)
    with reading(engine) as db:
        vault = key_slots.unlock_with_passphrase(db, NEXT)
        assert key_slots.unlock_with_recovery_sheet(db, " ".join(groups)).slots_intact
        assert {client.payload.name for client in clients.list_clients(db, vault)} == {"Ana Reyes"}
        with pytest.raises(WrongSecret):
            key_slots.unlock_with_recovery_sheet(db, " ".join(site.work.groups))
    engine.dispose()


def test_old_copies_are_named_and_only_the_ticked_ones_go(site: Site, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert site.post("/backups/place", {"other": str(stick)}).status_code == 303
    for number in range(2):
        site.post("/backups/make")
        wait_for(lambda: "Refresh" not in site.get("/backups/making").headers)
        assert len(list(stick.iterdir())) == number + 1
    folder = site.settings.data_folder
    for name in ("clinic.db.rescued.1", "clinic.db.rescued.2"):
        (folder / name).write_bytes(b"an old copy")
    first, second = sorted(file.name for file in stick.iterdir())
    page = site.get(PAGE).text
    assert all(name in page for name in (first, second, "clinic.db.rescued.1", "clinic.db.rescued.2"))
    form = CHOSEN | {"copies": [first, "clinic.db.rescued.2", "clinic.head", "../stick"]}
    assert site.post(PAGE, form).headers["Location"] == PAGE
    page = site.get(f"{PAGE}/sheet").text
    groups = re.findall(r"<strong>([0-9A-Z]{5})</strong>", page)[:8]
    site.post(PAGE, typed_back(site, groups))
    wait_for(lambda: site.ends == ["keys replaced"])
    assert [file.name for file in stick.iterdir()] == [second]
    site.work.engine.dispose()
    successor.finish_exchange(folder)
    assert [copy.name for copy in successor.list_old_copies(folder)] == ["clinic.db.rescued.1"]
    assert (folder / "clinic.head").exists()


def test_a_wrong_passphrase_changes_nothing_and_ends_the_process(site: Site) -> None:
    answer = site.post(PAGE, CHOSEN | {"present_passphrase": "glacier mandolin unwraped"})
    assert answer.status_code == 422 and site.ends == ["wrong secret"]
    assert "unwraped" not in answer.text and NEXT not in answer.text


def test_a_weak_passphrase_is_refused_before_the_present_one_is_tried(site: Site) -> None:
    answer = site.post(PAGE, CHOSEN | {"passphrase": "short", "passphrase_again": "short"})
    assert answer.status_code == 422 and site.ends == []
    assert "Make the new recovery sheet" in answer.text


def test_it_can_be_left_before_it_begins(site: Site) -> None:
    drawn(site)
    assert site.post(PAGE, {"discard": "yes"}).headers["Location"] == "/practice"
    assert "Your present passphrase" in site.get(PAGE).text
    # The groups of a sheet that does not count any more begin nothing.
    assert site.post(PAGE, {"group_1": "00000"}).headers["Location"] == PAGE
    assert site.get(f"{PAGE}/running").headers["Location"] == "/practice"
    assert site.get(f"{PAGE}/sheet").headers["Location"] == PAGE


def test_what_stops_it_is_said_and_the_practice_goes_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise KeysNotReplaced("A questionnaire is still in the hands of a client.")

    groups = drawn(site)
    fields = typed_back(site, groups)
    monkeypatch.setattr(key_replacement, "replace_all_keys", refuse)
    site.post(PAGE, fields)
    wait_for(lambda: "Refresh" not in site.get(f"{PAGE}/running").headers)
    page = site.get(f"{PAGE}/running").text
    assert "still in the hands of a client" in page and "throw its paper away" in page
    assert site.ends == []
    with writing(site.work.engine) as db:
        clients.create_client(db, site.work.vault, Client(name="Ana Reyes"), now=NOW)


def flip_a_byte(site: Site) -> None:
    """Damage the details of the first client, as a disk does."""
    with writing(site.work.engine) as db:
        triggers = db.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all()
        for name, _ in triggers:
            db.exec_driver_sql(f"DROP TRIGGER {name}")
        db.exec_driver_sql("UPDATE client SET sealed = zeroblob(600) WHERE id = 1")
        for _, sql in triggers:
            db.exec_driver_sql(sql)


def shown_damage(site: Site) -> str:
    """The page that names what does not open, once the check has found it."""
    assert site.post(PAGE, typed_back(site, drawn(site))).headers["Location"] == f"{PAGE}/running"
    wait_for(lambda: site.get(f"{PAGE}/running").headers.get("Location") == f"{PAGE}/damage")
    return site.get(f"{PAGE}/damage").text


def test_damage_is_named_and_left_only_by_consent(site: Site) -> None:
    assert site.get(f"{PAGE}/damage").headers["Location"] == PAGE
    with writing(site.work.engine) as db:
        clients.create_client(db, site.work.vault, Client(name="Ana Reyes"), now=NOW)
        clients.create_client(db, site.work.vault, Client(name="Ben Ash"), now=NOW)
    flip_a_byte(site)
    page = shown_damage(site)
    assert "Ben Ash" not in page, "of whom nothing is damaged"
    assert "One thing is not as written" in page and "version 1): its bytes are not a sealed entry" in page
    refused = site.post(f"{PAGE}/damage", {})
    assert refused.status_code == 422 and "Tick that you agree" in refused.text and site.ends == []
    assert site.post(f"{PAGE}/damage", {"agreed": "yes"}).headers["Location"] == f"{PAGE}/running"
    wait_for(lambda: site.ends == ["keys replaced"])
    site.work.engine.dispose()
    engine = open_store(site.settings.data_folder)
    with reading(engine) as db:
        vault = key_slots.unlock_with_passphrase(db, NEXT)
        assert {client.payload.name for client in clients.list_clients(db, vault)} >= {"Ben Ash"}
        assert len(vault.integrity_failures) == 1
    engine.dispose()


def test_damage_that_nobody_agrees_to_changes_nothing(site: Site) -> None:
    with writing(site.work.engine) as db:
        clients.create_client(db, site.work.vault, Client(name="Ana Reyes"), now=NOW)
    flip_a_byte(site)
    shown_damage(site)
    assert site.post(f"{PAGE}/damage", {"discard": "yes"}).headers["Location"] == "/practice"
    # What was typed is gone from memory with it, so nothing can begin again without it.
    assert site.post(f"{PAGE}/damage", {"agreed": "yes"}).headers["Location"] == PAGE
    assert site.ends == []
    assert not list(site.settings.data_folder.glob("clinic.successor*"))


def test_it_can_be_stopped_while_it_runs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    original = key_replacement.replace_all_keys

    def endless(*given: object, **named: object) -> None:
        def again(done: int, total: int) -> None:
            while True:
                report(done, total)  # raises once it is stopped

        report = cast("Callable[[int, int], None]", named["report_progress"])
        original(*given, **named | {"report_progress": again})  # type: ignore[arg-type]

    groups = drawn(site)
    fields = typed_back(site, groups)
    monkeypatch.setattr(key_replacement, "replace_all_keys", endless)
    site.post(PAGE, fields)
    assert "Replacing every key" in site.get(f"{PAGE}/running").text
    assert site.get(PAGE).headers["Location"] == f"{PAGE}/running"
    assert site.post(f"{PAGE}/stop").headers["Location"] == f"{PAGE}/running"
    wait_for(lambda: "Refresh" not in site.get(f"{PAGE}/running").headers)
    assert "This was stopped. Nothing was changed." in site.get(f"{PAGE}/running").text
    assert site.ends == [] and not list(site.settings.data_folder.glob("clinic.successor*"))
    with writing(site.work.engine) as db:
        clients.create_client(db, site.work.vault, Client(name="Ben Ash"), now=NOW)
