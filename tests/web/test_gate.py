from itertools import product

import pytest
from flask import request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from clinic_toolkit.settings import Settings
from clinic_toolkit.web.context import LOGIN_ID_KEY
from clinic_toolkit.web.perimeter import browser_launch, gate
from tests.fixtures.sites import FROM_OUR_PAGE, TOKEN, Site, Visitor

SITES = (None, "same-origin", "same-site", "cross-site", "none", "anything")
ORIGINS = (None, "exact", "null", "http://127.0.0.1:8765", "other port", "https", "")


def lets_in(
    settings: Settings,
    method: str,
    *,
    host: str | None = None,
    site: str | None = None,
    origin: str | None = None,
    mode: str | None = "navigate",
    dest: str | None = "document",
) -> bool:
    known = {"exact": settings.host, "other port": f"{settings.host_name}:9999"}
    origin = f"http://{known[origin]}" if origin in known else origin
    origin = f"https://{settings.host}" if origin == "https" else origin
    named = {
        "HTTP_ORIGIN": origin,
        "HTTP_SEC_FETCH_SITE": site,
        "HTTP_SEC_FETCH_MODE": mode,
        "HTTP_SEC_FETCH_DEST": dest,
    }
    environ = {"REQUEST_METHOD": method, "HTTP_HOST": settings.host if host is None else host}
    return gate.comes_from_own_page(
        environ | {key: value for key, value in named.items() if value is not None}, settings
    )


@pytest.mark.parametrize(("site", "origin"), [*product(SITES, ORIGINS)])
def test_a_form_is_taken_from_our_own_origin_only(locked: Site, site: str | None, origin: str | None) -> None:
    taken = lets_in(locked.settings, "POST", site=site, origin=origin)
    assert taken is (site == "same-origin" and origin in (None, "exact", "null"))


@pytest.mark.parametrize(("site", "origin"), [*product(SITES, ORIGINS)])
def test_a_page_is_shown_to_our_own_origin_or_a_typed_address(
    locked: Site, site: str | None, origin: str | None
) -> None:
    believed: dict[str | None, bool] = {
        "same-origin": origin in (None, "exact", "null"),
        "none": origin is None,
    }
    assert lets_in(locked.settings, "GET", site=site, origin=origin) is believed.get(site, False)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_who_does_not_say_where_it_comes_from_is_refused(locked: Site, method: str) -> None:
    assert not lets_in(locked.settings, method, mode=None, dest=None)
    assert not lets_in(locked.settings, method, origin="exact", mode=None, dest=None)


@pytest.mark.parametrize(
    ("mode", "dest"),
    [("no-cors", "image"), ("navigate", "iframe"), ("navigate", "embed"), ("cors", "empty"), (None, None)],
)
def test_nothing_but_a_typed_address_comes_from_nowhere(
    locked: Site, mode: str | None, dest: str | None
) -> None:
    assert not lets_in(locked.settings, "GET", site="none", mode=mode, dest=dest)
    assert not lets_in(locked.settings, "POST", site="none")


def test_only_the_name_and_port_of_this_practice_are_answered(locked: Site) -> None:
    name, host = locked.settings.host_name, locked.settings.host
    others = ["127.0.0.1:8765", "localhost:8765", name, f"{name}:80", f"{host}.evil.example", f"evil.{host}"]
    for other in [*others, "", host.upper(), f"{host} ", f"user@{host}", "[::1]:8765"]:
        for site in ("same-origin", "none"):
            assert not lets_in(locked.settings, "GET", host=other, site=site), other
        assert not lets_in(locked.settings, "POST", host=other, site="same-origin", origin="exact"), other
    assert lets_in(locked.settings, "GET", site="none")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", ""])
def test_other_methods_are_refused(locked: Site, method: str) -> None:
    assert not lets_in(locked.settings, method, site="same-origin", origin="exact")


FORGED = {
    "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "444", "X-Forwarded-Prefix": "/clients", "X-Real-IP": "192.0.2.7",
    "Forwarded": "for=192.0.2.7;host=evil.example;proto=https", "X-Original-URL": "/clients",
    "X-Rewrite-URL": "/clients", "X-HTTP-Method-Override": "POST",
}  # fmt: skip


def test_what_a_proxy_would_add_is_not_believed(site: Site) -> None:
    def seen() -> str:
        return " ".join((request.method, request.url, request.script_root, request.remote_addr or ""))

    path = site.route(seen, "GET")
    plain = site.get(path).text
    assert site.get(path, **FORGED).text == plain
    # The control: an app that stands behind a proxy takes them for true.
    with pytest.MonkeyPatch.context() as behind:
        behind.setattr(site.app, "wsgi_app", ProxyFix(site.app.wsgi_app, x_prefix=1))
        assert site.get(path, **FORGED).text != plain


def test_every_refusal_is_the_same_bytes(site: Site) -> None:
    browser, origin = Visitor(site.app), site.origin
    stranger = Client(site.app)
    refused = [
        browser.get("/", base_url="http://127.0.0.1:8765"),
        browser.get("/unlock", base_url="http://evil.example"),
        browser.get("/no-such-page", base_url=origin, headers={"Sec-Fetch-Site": "cross-site"}),
        browser.get("/clients", base_url=origin, headers={"Sec-Fetch-Site": "same-site"}),
        browser.post("/unlock", base_url=origin, headers={"Origin": "http://localhost:9"}),
        browser.put("/", base_url=origin),
        # No launch cookie, and a wrong one, although everything else is right.
        stranger.get("/unlock", base_url=origin, headers=FROM_OUR_PAGE),
        stranger.get("/static/x", base_url=origin, headers=FROM_OUR_PAGE),
        stranger.post("/lock", base_url=origin, headers=FROM_OUR_PAGE | {"Origin": origin}),
        stranger.get(
            "/unlock", base_url=origin, headers=FROM_OUR_PAGE | {"Cookie": f"{browser_launch.COOKIE_NAME}=x"}
        ),
        # A launch with a wrong token, with none, or asked by what is no page.
        browser.get("/open?key=x", base_url=origin, headers={"Sec-Fetch-Site": "cross-site"}),
        browser.get("/open", base_url=origin, headers={"Sec-Fetch-Site": "none"}),
        browser.post("/open?key=x", base_url=origin, headers={"Sec-Fetch-Site": "cross-site"}),
    ]
    plain = {(page.status, page.data) for page in refused}
    assert len(plain) == 1
    assert {page.status for page in refused} == {"403 FORBIDDEN"}
    assert {page.headers["Content-Length"] for page in refused} == {str(len(refused[0].data))}
    headed = browser.head("/", base_url=origin, headers={"Sec-Fetch-Site": "cross-site"})
    assert (headed.status, headed.data) == ("403 FORBIDDEN", b"")
    assert headed.headers["Content-Length"] == refused[0].headers["Content-Length"]
    assert not site.ends
    # The control: the same address is answered when it is asked as it should be.
    assert site.get("/unlock").status_code == 303


def test_a_form_without_its_token_changes_nothing(site: Site) -> None:
    asked = []

    def view() -> str:
        asked.append(1)
        return "done"

    path = site.route(view)
    assert site.post(path, token=False).status_code == 422
    assert site.post(path, {"csrf_token": "wrong"}, token=False).status_code == 422
    assert not asked
    assert site.post(path).text == "done" and asked


def test_the_token_of_another_login_is_refused(site: Site) -> None:
    path, token = site.route(lambda: "done"), site.token()
    site.app.worker.logins["other"] = site.app.worker.logins.pop("known")
    site.unlock()
    cookie = site.signer.dumps({LOGIN_ID_KEY: "other"})
    site.browser.set_cookie("__Host-sid", str(cookie), domain=site.settings.host_name)
    assert site.get("/pulse", **{"X-Pulse": "1"}).status_code == 200
    assert site.post(path, {"csrf_token": token}, token=False).status_code == 422
    # The control: its own is good.
    assert site.post(path).text == "done"


def test_a_cookie_that_was_verified_before_vouches_for_no_other(site: Site) -> None:
    """The program remembers the cookie it verified last, so the same one again is not worked out again."""
    for _ in range(2):
        assert site.get("/clients").status_code == 200
    cookie = site.browser.get_cookie("__Host-sid", site.settings.host_name)
    assert cookie is not None
    for changed in (cookie.value[:-1], cookie.value + "A", cookie.value.swapcase(), "é" + cookie.value, ""):
        site.browser.set_cookie("__Host-sid", changed, domain=site.settings.host_name)
        assert site.get("/clients").headers.get("Location", "").startswith("/unlock"), changed
    site.browser.set_cookie("__Host-sid", cookie.value, domain=site.settings.host_name)
    assert site.get("/clients").status_code == 200


def test_every_login_has_a_form_token_of_its_own_that_stays(site: Site) -> None:
    token = TOKEN.search(site.get("/clients/new").text)
    again = TOKEN.search(site.get("/clients/new").text)
    other = Visitor(site.app)
    theirs = TOKEN.search(other.get("/unlock", base_url=site.origin).text)
    assert token and again and theirs
    assert token[1] == again[1] != theirs[1]
    assert (
        site.post(
            "/clients/new", {"name": "Ana Reyes", "leave_message": "ask", "csrf_token": token[1]}, token=False
        ).status_code
        == 303
    )
    assert (
        site.post(
            "/clients/new", {"name": "Ben Ode", "leave_message": "ask", "csrf_token": theirs[1]}, token=False
        ).status_code
        == 422
    )
