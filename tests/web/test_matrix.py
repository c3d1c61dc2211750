"""Every address, asked by everybody who might: the table in routes.toml says what each of them gets."""

import tomllib
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from clinic_toolkit.web.perimeter import gate
from tests.fixtures.handed_over_device import Device, handed_over
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site, Stranger, example

TABLE = Path(__file__).with_name("routes.toml")
REFUSED = gate.refusal_response().get_data()
WHO = ("nobody", "locked", "handed_over", "clinician")


def table() -> dict[str, dict[str, str]]:
    """What each of them gets, by method and address."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def addresses(site: Site) -> dict[str, tuple[str, str]]:
    """Every method and address, as the table names it and as it is asked for, with ids that are nobody's."""
    adapter, found = site.app.url_map.bind(""), {}
    for rule in site.app.url_map.iter_rules():
        values = {name: example(rule, name) for name in rule.arguments}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = adapter.build(rule.endpoint, values, method=method)
            found[f"{method} {rule.rule}"] = (method, path)
    return found


def told(answer: TestResponse) -> str:
    """What somebody got, in one word."""
    if answer.status_code == 403 and answer.data == REFUSED:
        return "refused"
    if answer.status_code == 401:
        return "locked"
    where = answer.headers.get("Location", "").partition("?")[0]
    if answer.status_code == 303 and where == "/unlock":
        return "locked"
    return "answered" if answer.status_code < 500 else "broken"


def everything(site: Site, who: str) -> dict[str, str]:
    """What one of them gets at every address."""
    known, got = addresses(site), {}
    device = _device(site) if who == "handed_over" else None
    for name, (method, path) in known.items():
        if who == "clinician":
            site.unlock()
            answer = site.post(path) if method == "POST" else site.get(path)
        elif device is not None:
            headers = {"Origin": site.origin} if method == "POST" else {}
            answer = device.browser.open(path, method=method, base_url=site.origin, headers=headers)
            device.app._is_ending = False
        elif who == "nobody":
            headers = {"Origin": site.origin} if method == "POST" else {}
            answer = Stranger(site.app).open(path, method=method, base_url=site.origin, headers=headers)
        else:
            site.app.worker.logins.clear()
            answer = site.post(path, token=False) if method == "POST" else site.get(path)
        got[name] = told(answer)
    return got


def _device(site: Site) -> Device:
    site.unlock()
    client = site.work.client()
    return handed_over(site, site.work.begun(client, giving(), session=site.work.session(client).id))


def test_the_table_names_every_address(locked: Site) -> None:
    assert set(table()) == set(addresses(locked))
    assert all(set(row) == set(WHO) for row in table().values())


@pytest.mark.parametrize("who", WHO)
def test_everybody_gets_what_the_table_says(locked: Site, who: str) -> None:
    wanted = {name: row[who] for name, row in table().items()}
    got = everything(locked, who)
    assert {name: (got.get(name), said) for name, said in wanted.items() if got.get(name) != said} == {}


def test_the_table_says_what_was_promised() -> None:
    rows = table()
    assert {row["nobody"] for row in rows.values()} == {"refused"}
    # What is answered without the keys is named here as well, so that no line of the table slips in unseen.
    open_while_locked = {name for name, row in rows.items() if row["locked"] != "locked"}
    assert open_while_locked == {
        "GET /static/<wanted>/<path:name>",
        "GET /about-your-data",
        "GET /handed-back",
        "GET /quit",
        "POST /quit",
        "GET /unlock",
        "POST /unlock",
        "GET /unlock/executor",
        "POST /unlock/executor",
        "GET /unlock/sheet",
        "POST /unlock/sheet",
        # One moment, and nothing else: tests/web/test_shared.py.
        "GET /administrations/<uuid:id>/shared",
    }
    handed = {name for name, row in rows.items() if row["handed_over"] != "refused"}
    # To lock what is locked already changes nothing, and asks for no token.
    assert (rows["POST /lock"]["locked"], rows["POST /cover"]["locked"]) == ("locked", "locked")
    assert handed == {"GET /", "GET /handed-back"}


def test_the_control_an_open_door_would_be_seen(locked: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "intercept_request", lambda *_: None)
    assert everything(locked, "nobody")["GET /unlock"] != "refused"
