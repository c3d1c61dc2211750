import logging
from collections.abc import Callable
from typing import NoReturn
from uuid import uuid4

import pytest
from flask import request

from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.journal.records import RecordNotFound, StaleVersion
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.storage_errors import StorageBusy, StorageFailed, StorageFull, StorageReadOnly
from clinic_toolkit.web import context
from clinic_toolkit.web.error_pages import is_secret_field
from tests.fixtures.sites import Site

TYPED = {"note": "She said “it is <b>fine</b> & well”\r\nand left.", "when": "10:00"}
SECRET = {"passphrase": "correct horse", "return_code": "ABC123", "group3": "QWERT"}


def raising(error: Exception) -> Callable[[], NoReturn]:
    def view() -> NoReturn:
        context.db()
        raise error

    return view


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RecordNotFound(), 404),
        (StaleVersion(), 409),
        (StorageFull(), 503),
        (StorageReadOnly(), 503),
        (StorageBusy(), 503),
        (StorageFailed(), 503),
        (DamagedFile("The file x is damaged."), 500),
        (ClinicError("It cannot be done like this."), 422),
    ],
)
def test_each_error_has_its_status_and_its_sentence(site: Site, error: ClinicError, status: int) -> None:
    answer = site.post(site.route(raising(error)), TYPED)
    assert answer.status_code == status
    if status != 404:
        assert error.sentence in answer.text
    told = site.post(site.route(raising(error)), TYPED, headers={"X-Autosave": "1"})
    assert told.status_code == status
    assert told.get_json()["message"] == error.sentence


@pytest.mark.parametrize(
    "error", [StorageFull(), StorageReadOnly(), StorageBusy(), StaleVersion(), RuntimeError("private")]
)
def test_what_was_typed_is_kept_and_can_be_sent_again(site: Site, error: ClinicError) -> None:
    tries = []

    def view() -> str:
        tries.append(request.form.to_dict())
        if len(tries) == 1:
            raise error
        return "saved"

    path = site.route(view)
    page = site.post(f"{path}?part=2", TYPED | SECRET)
    assert "She said “it is &lt;b&gt;fine&lt;/b&gt; &amp; well”" in page.text
    assert f'action="{path}?part=2"' in page.text
    assert "Try saving again" in page.text
    for secret in SECRET.values():
        assert secret not in page.text
    # Sent again as a browser would: the content of each field.
    again = {name: value for name, value in tries[0].items() if name in TYPED}
    assert site.post(path, again).text == "saved"
    assert {name: tries[1][name] for name in TYPED} == TYPED


def test_an_unknown_address_and_a_forbidden_record_are_the_same_page(site: Site) -> None:
    unknown = site.get("/no-such-page")
    no_record = site.get(f"/sessions/{uuid4()}/note")
    wrong_method = site.get("/lock")
    bad_id = site.get("/sessions/not-an-id/note")
    pages = {(page.status_code, page.text) for page in (unknown, no_record, wrong_method, bad_id)}
    assert len(pages) == 1
    assert unknown.status_code == 404


def test_a_mistake_of_ours_shows_a_code_and_logs_no_value(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page = site.post(site.route(raising(RuntimeError("Ana Reyes"))), {})
    assert page.status_code == 500
    assert "Ana Reyes" not in page.text
    code = caplog.records[-1].__dict__["opaque"]
    assert code in page.text


def test_a_disk_that_is_full_while_the_commit_runs_keeps_what_was_typed(site: Site) -> None:
    def view() -> str:
        clients.create_client(context.db(), context.vault(), Client(name="x"), now=context.now())
        # The limit makes the next page of the file one too many, as a full disk does.
        pages = context.db().exec_driver_sql("PRAGMA page_count").scalar()
        context.db().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for _ in range(200):
            clients.create_client(context.db(), context.vault(), Client(name="y" * 90), now=context.now())
        return "saved"

    page = site.post(site.route(view), TYPED)
    assert page.status_code == 503
    assert "The disk is full" in page.text
    assert "and left." in page.text


def test_too_much_text_is_refused_with_a_page(site: Site) -> None:
    def view() -> str:
        return str(len(request.form["note"]))

    path = site.route(view)
    assert site.post(path, {"note": "a" * 400_000}).text == "400000"
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        page = site.post(path, {"note": "a" * 1_200_000}, content_type=kind)
        assert page.status_code == 413
        assert "too much text" in page.text
    many = site.post(path, {f"f{number}": "" for number in range(1500)}, content_type="multipart/form-data")
    assert many.status_code == 413


SECRETS = (
    "passphrase",
    "passphrase_again",
    "present_passphrase",
    "offered_passphrase",
    "code",
    "return_code",
)


@pytest.mark.parametrize("name", [*SECRETS, "group_3", "group8", "csrf_token"])
def test_a_secret_is_never_shown_again(site: Site, name: str) -> None:
    with site.app.test_request_context("/practice", base_url=site.origin):
        assert is_secret_field(name)


@pytest.mark.parametrize("name", ["worksheet", "groups", "sheet_note", "decoded", "passed"])
def test_a_name_that_only_looks_like_a_secret_is_sent_again(site: Site, name: str) -> None:
    """The choice of a worksheet was taken for a recovery sheet, and got lost on the page to send again."""
    with site.app.test_request_context("/practice", base_url=site.origin):
        assert not is_secret_field(name)


def test_the_code_of_a_paper_form_is_no_secret(site: Site) -> None:
    with site.app.test_request_context(f"/sessions/{uuid4()}/paper", base_url=site.origin):
        assert request.blueprint == "paper_forms" and not is_secret_field("code")
