import pytest
from werkzeug.test import Client, TestResponse

from clinic_toolkit.store import launch_file as files
from clinic_toolkit.web.perimeter import browser_launch
from tests.fixtures.sites import FROM_OUR_PAGE, Site

# What Chromium and Firefox send when a page in a file leads to an address.
FROM_A_FILE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def launched(site: Site, browser: Client, headers: dict[str, str], method: str = "GET") -> TestResponse:
    way = files.create_launch_file(site.settings.data_folder, site.settings.address)
    path = way.address.removeprefix(site.origin)
    return browser.open(path, method=method, base_url=site.origin, headers=headers)


@pytest.mark.parametrize("site_of", ["cross-site", "none"], ids=["from the file", "typed"])
def test_a_browser_comes_in_by_a_launch_file(locked: Site, site_of: str) -> None:
    browser = Client(locked.app)
    assert browser.get("/unlock", base_url=locked.origin, headers=FROM_OUR_PAGE).status_code == 403
    answer = launched(locked, browser, FROM_A_FILE | {"Sec-Fetch-Site": site_of})
    assert answer.status_code == 200
    name, *rest = (part.strip() for part in answer.headers["Set-Cookie"].split(";"))
    assert name.startswith("__Host-")
    assert sorted(rest) == ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]
    assert 'http-equiv="refresh" content="0; url=/"' in answer.text
    assert "key" not in answer.text
    assert browser.get("/unlock", base_url=locked.origin, headers=FROM_OUR_PAGE).status_code == 200


def test_a_file_lets_one_browser_in_once(locked: Site) -> None:
    way = files.create_launch_file(locked.settings.data_folder, locked.settings.address)
    path = way.address.removeprefix(locked.origin)
    told = [
        Client(locked.app).get(path, base_url=locked.origin, headers=FROM_A_FILE).status_code
        for _ in range(3)
    ]
    assert told == [200, 403, 403]
    assert not way.file.exists()


@pytest.mark.parametrize(
    "asked",
    [
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Host": "127.0.0.1:8765"},
    ],
    ids=str,
)
def test_only_a_page_that_is_opened_is_led_in(locked: Site, asked: dict[str, str]) -> None:
    answer = launched(locked, Client(locked.app), FROM_A_FILE | asked)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    # Whoever could not come in has not used the file up either.
    assert list(locked.settings.data_folder.glob("open/*.html"))


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT"])
def test_it_is_no_form(locked: Site, method: str) -> None:
    assert launched(locked, Client(locked.app), FROM_A_FILE, method).status_code == 403


@pytest.mark.parametrize(
    "query", ["", "key=", "key", "key=a&key=b", "key=../x", f"key={'a' * 5000}", "key=%00"]
)
def test_a_wrong_token_opens_nothing(locked: Site, query: str) -> None:
    answer = Client(locked.app).get(f"/open?{query}", base_url=locked.origin, headers=FROM_A_FILE)
    assert answer.status_code == 403


def test_the_cookie_is_good_for_this_program_only(locked: Site) -> None:
    settings = locked.settings
    environ = {
        "HTTP_COOKIE": f"{browser_launch.COOKIE_NAME}="
        f"{browser_launch.launch_cookie_value(settings, b'k' * 32)}"
    }
    assert browser_launch.has_launch_cookie(environ, settings, b"k" * 32)
    assert not browser_launch.has_launch_cookie(environ, settings, b"j" * 32)
    for sent in ("", f"{browser_launch.COOKIE_NAME}=", "other=1", f"{browser_launch.COOKIE_NAME}=é", "\x00"):
        assert not browser_launch.has_launch_cookie({"HTTP_COOKIE": sent}, settings, b"k" * 32)
    assert not browser_launch.has_launch_cookie({}, settings, b"k" * 32)
