"""New sheets and a key on its way to a new passphrase are kept for minutes, not for as long as one works."""

import pytest

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.record.people import executor_access, secret_changes
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.vault import key_slot_changes
from clinic_toolkit.web.access import short_lived_values
from clinic_toolkit.web.access.new_keys import PendingKeys
from clinic_toolkit.web.access.pending_executor_halves import PendingHalves
from clinic_toolkit.web.access.pending_recovery_sheet import PendingSheet
from clinic_toolkit.web.perimeter import timeouts
from tests.fixtures import passphrase_checks
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

KEY = b"\x05" * 32
RIGHT, NEXT = "glacier mandolin unwrapped", "ottoman velvet cinder plume hazard"


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = timeouts.suspend_aware_clock()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timeouts, "suspend_aware_clock", clock)
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)
    return clock


def held(site: Site) -> list[object]:
    [login] = site.app.worker.logins.values()
    kinds = PendingHalves | PendingSheet | PendingKeys
    return [one for one in login.values.values() if one == KEY or isinstance(one, kinds)]


def check_forgotten(site: Site, clock: Clock) -> None:
    assert len(held(site)) == 1, "the control"
    clock.now += short_lived_values.LIFETIME_SECONDS - 1
    site.app.reason_to_end()
    assert len(held(site)) == 1
    clock.now += 2
    site.app.reason_to_end()
    assert held(site) == []


@pytest.mark.parametrize("path", ["/practice/executor", "/practice/sheet", "/practice/new-keys"])
def test_new_sheets_are_forgotten(
    site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == RIGHT, psychotherapy_key=KEY)
    chosen = {"psychotherapy": "yes", "passphrase": NEXT, "passphrase_again": NEXT}
    site.post(path, {"present_passphrase": RIGHT} | chosen)
    check_forgotten(site, clock)
    assert 'name="present_passphrase"' in site.get(path).text


def test_the_key_from_a_sheet_is_forgotten(site: Site, clock: Clock) -> None:
    with writing(site.work.engine) as db:
        groups = secret_changes.replace_recovery_sheet(db, site.work.vault, psychotherapy_key=KEY, now=NOW)
    site.app.worker.logins.clear()
    site.post("/unlock/sheet", {f"group{number}": group for number, group in enumerate(groups, 1)})
    check_forgotten(site, clock)


def test_no_group_of_a_new_sheet_is_in_its_repr(site: Site) -> None:
    halves = executor_access.generate_halves(site.work.vault, psychotherapy_key=None)
    sheet = secret_changes.generate_recovery_sheet(site.work.vault)
    assert not any(group in repr(halves) for group in (*halves.first, *halves.second))
    assert not any(group in repr(sheet) for group in sheet.groups)


@pytest.mark.parametrize("opted_in", [True, False])
def test_open_psychotherapy_notes_make_the_idle_timeout_short(site: Site, opted_in: bool) -> None:
    with writing(site.work.engine) as db:
        halves = executor_access.generate_halves(site.work.vault, psychotherapy_key=KEY if opted_in else None)
        executor_access.activate_halves(db, site.work.vault, halves, now=NOW)
    site.app.worker.logins.clear()
    typed = {f"group{number}": group for number, group in enumerate((*halves.first, *halves.second), 1)}
    assert site.post("/unlock/executor", typed).headers["Location"] == "/executor"
    measured = site.app.worker.timeouts
    measured.session_open = True
    assert (measured.idle_timeout == timeouts.NOTES_TIMEOUT_SECONDS) is opted_in
