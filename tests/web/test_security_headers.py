import pytest
from werkzeug.test import TestResponse

from clinic_toolkit.web.transport import security_headers
from tests.fixtures.sites import Site


def check(answer: TestResponse, *, may_be_kept: bool = False) -> None:
    told = answer.headers
    for name, value in security_headers.FIXED_HEADERS.items():
        assert told[name] == value
    assert told.getlist("Content-Security-Policy") == [security_headers.CONTENT_SECURITY_POLICY]
    assert "unsafe" not in told["Content-Security-Policy"]
    assert told["Cache-Control"] == "no-store" or may_be_kept
    assert "Server" not in told
    assert "X-Powered-By" not in told


@pytest.mark.parametrize("state", ["locked", "site"])
def test_every_route_answers_with_the_headers(state: str, request: pytest.FixtureRequest) -> None:
    here = request.getfixturevalue(state)
    for address in here.addresses():
        check(here.get(address))
        check(here.post(address, token=False))


def test_refusals_and_missing_pages_have_them_too(site: Site) -> None:
    check(site.get("/no-such-page"))
    check(site.browser.get("/", base_url="http://evil.example"))
    check(site.get("/", **{"Sec-Fetch-Site": "cross-site"}))


def test_static_files_may_be_kept_by_this_browser_alone(locked: Site) -> None:
    with locked.app.app_context():
        static_url = locked.app.jinja_env.globals["static_url"]
        assert callable(static_url)
        address = static_url("page.css")
    answer = locked.get(address)
    check(answer, may_be_kept=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    version = address.split("/")[2]
    for other in (
        address.replace(version, "0" * 16),
        f"/static/{version}/../app.py",
        f"/static/{version}/%2e%2e/app.py",
        f"/static/{version}/nothing.css",
    ):
        assert locked.get(other).status_code == 404


def test_the_cookie_holds_one_random_value_and_nothing_else(site: Site) -> None:
    site.get("/unlock")
    site.token()
    cookie = site.browser.get_cookie("__Host-sid", site.settings.host_name)
    with site.app.test_request_context(base_url=site.origin):
        opener = site.signer
    assert cookie is not None
    assert set(opener.loads(cookie.value)) == {"sid"}


def test_the_cookie_is_signed_with_a_hash_of_today(site: Site) -> None:
    signer = site.signer._signer
    assert signer.make_signer(signer.salt).digest_method().name == "sha256"
