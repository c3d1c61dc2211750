"""`--check`: runs the main workflow once, unattended, in a new practice in a temporary folder.

It starts the program as a person would, goes from set-up to a signed note over HTTP, and saves the PDFs on
the way.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from clinic_toolkit.cli import check_folder
from clinic_toolkit.cli.scripted_browser import Page, ScriptedBrowser, UnexpectedPage
from clinic_toolkit.vault.recovery_sheet import GROUPS

PAPERS = (
    "answer-card.pdf",
    "blank-questionnaire.pdf",
    "client-page.pdf",
    "session-summary.pdf",
    "worksheet.pdf",
    "note.pdf",
)
STOP_TIMEOUT_SECONDS = 60.0


def run_self_test(out: Path) -> int:
    """Run the whole workflow and write its PDFs into `out`; returns the exit code."""
    out.mkdir(parents=True, exist_ok=True)
    started_at = time.monotonic()
    try:
        with (
            check_folder.hold_check_folder(Path(tempfile.gettempdir())) as temporary_folder,
            _running_program(temporary_folder) as launch_url,
        ):
            _run_job(ScriptedBrowser(launch_url), lambda name, page: _save_paper(out / name, page))
    except UnexpectedPage as error:
        click.echo(f"Not as expected: {error.sentence}", err=True)
        return 1
    click.echo(f"The whole check took {time.monotonic() - started_at:.1f} s. The papers are in {out}")
    return 0


@contextmanager
def _running_program(folder: Path) -> Iterator[str]:
    command = [
        sys.executable,
        "-m",
        "clinic_toolkit",
        "start",
        "--no-browser",
        "--data",
        str(folder / check_folder.DATA_FOLDER),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        try:
            yield _read_launch_url(process)
        finally:
            process.send_signal(signal.SIGTERM) if os.name == "posix" else process.terminate()
            process.wait(timeout=STOP_TIMEOUT_SECONDS)


def _read_launch_url(process: "subprocess.Popen[str]") -> str:
    for line in process.stdout or ():
        if "works once: " in line:
            file = Path(line.partition("works once: ")[2].strip())
            match = re.search(r'href="([^"]+)"', file.read_text(encoding="utf-8"))
            if match:
                return match[1]
    raise UnexpectedPage("The program ended before it was ready.")


def _save_paper(path: Path, page: Page) -> None:
    if page.status != 200 or not page.body.startswith(b"%PDF-"):
        raise UnexpectedPage(f"{page.path} gave no paper (status {page.status}).")
    path.write_bytes(page.body)
    click.echo(f"  {path.name}: {len(page.body):,} bytes")


def _run_job(visitor: ScriptedBrowser, write: Callable[[str, Page], None]) -> None:
    page = _set_up_practice(visitor)
    click.echo("A practice was set up and its recovery sheet was tested.")
    page = _add_client(visitor, page)
    session_page = _open_therapy_session(visitor, page)
    click.echo("A client was added and a session started.")
    page = _complete_questionnaire(visitor, session_page, write)
    click.echo("A questionnaire was answered, checked and finished.")
    _review_with_client(visitor, page, write)
    _give_worksheet(visitor, session_page, write)
    click.echo("The result was looked at together and a worksheet was given.")
    _sign_note(visitor, session_page, write)
    click.echo("The note was signed.")
    write(
        "session-summary.pdf", visitor.get_paper(visitor.get_page(session_page.path).link("Session summary"))
    )
    _lock_practice(visitor, session_page)
    click.echo("The practice was locked.")


def _set_up_practice(visitor: ScriptedBrowser) -> Page:
    page = visitor.open_launch_page()
    page = visitor.fill_and_submit(
        page,
        "practice_name",
        {
            "practice_name": "Check practice",
            "clinician_name": "Check Clinician",
            "country": "IE",
            "record_role": "full",
            "crisis_text": "In a crisis call 112.",
            "limits_text": "What you say stays with me, unless a life is in danger.",
        },
    )
    offered = dict(page.form("passphrase").fields)["offered_passphrase"]
    page = visitor.fill_and_submit(page, "passphrase", {"passphrase": offered, "passphrase_again": offered})
    page = visitor.fill_and_submit(page, "code", {"skip": "yes"})
    groups = _read_sheet_groups(visitor.get_page(page.link("recovery sheet")))
    group_names = sorted(name for name in page.form("csrf_token").names if name.startswith("group_"))
    page = visitor.fill_and_submit(
        page, group_names[0], {name: groups[int(name.removeprefix("group_")) - 1] for name in group_names}
    )
    if page.path != "/setup/backups":
        raise UnexpectedPage("The recovery sheet that was printed does not prove itself.")
    return visitor.submit_form(page.form_to("/setup/backups/later"), page)


def _read_sheet_groups(sheet: Page) -> list[str]:
    """Read the groups from the page of the recovery sheet, as a person would."""
    groups = list(dict.fromkeys(re.findall(r"<strong>([0-9A-Z]{5})</strong>", sheet.text)))
    if len(groups) != GROUPS:
        raise UnexpectedPage(f"The recovery sheet shows {len(groups)} groups instead of {GROUPS}.")
    return groups


def _add_client(visitor: ScriptedBrowser, page: Page) -> Page:
    page = visitor.get_page(page.link("Add a client"))
    return visitor.fill_and_submit(page, "name", {"name": "Check Client"})


def _open_therapy_session(visitor: ScriptedBrowser, page: Page) -> Page:
    form = next(each for each in page.forms if each.action.endswith("/open"))
    return visitor.submit_form(form, page)


def _complete_questionnaire(
    visitor: ScriptedBrowser, session_page: Page, write: Callable[[str, Page], None]
) -> Page:
    page = visitor.get_page(session_page.link("questionnaire"))
    page = visitor.fill_and_submit(
        page, "instrument", {"instrument": "giving", "about": "new", "word": "M.", "frame": "parent"}
    )
    write("answer-card.pdf", visitor.get_paper(page.link("Answer card")))
    write("blank-questionnaire.pdf", visitor.get_paper("/questionnaires/giving/blank"))
    page = visitor.get_page(page.link("first question"))
    answers: list[dict[str, str]] = [
        {"answer": "3", "go": "next"},
        {"answer": "4", "go": "next", "talk": "yes", "said": "It is different at weekends."},
        {"answer": "2", "go": "next"},
        {"way": "declined"},
        {"way": "did_not_come_up"},
    ]
    while "/items/" in page.path:
        page = visitor.fill_and_submit(
            page, "answer", answers.pop(0) if answers else {"answer": "1", "go": "next"}
        )
    return visitor.submit_form(page.form_to("/finish"), page)


def _review_with_client(visitor: ScriptedBrowser, page: Page, write: Callable[[str, Page], None]) -> None:
    """Save what the client says on the joint page, and the client page from the clinician's result."""
    joint_page = visitor.get_page(page.link("Look at it together"))
    if any(char.isdigit() for char in re.sub(r"<[^>]*>", "", joint_page.text.partition("<h1>")[2])):
        raise UnexpectedPage("The page to look at together shows a number.")
    page = visitor.fill_and_submit(
        joint_page, "own_words", {"own_words": "I can rest before I say yes.", "next_step": "One walk alone."}
    )
    if "What you told me" not in page.text or "Saved." not in page.text:
        raise UnexpectedPage("The client's page does not say that what was written on it is saved.")
    session_page = visitor.get_page(page.link("Done"))
    result = visitor.get_page(session_page.link("See the result"))
    write("client-page.pdf", visitor.get_paper(result.link("Client page")))


def _give_worksheet(visitor: ScriptedBrowser, session_page: Page, write: Callable[[str, Page], None]) -> None:
    page = visitor.get_page(visitor.get_page(session_page.path).link("Give a worksheet"))
    page = visitor.fill_and_submit(page, "worksheet", {"worksheet": "receiving-ladder"})
    write("worksheet.pdf", visitor.get_paper(page.link("Print the sheet")))


def _sign_note(visitor: ScriptedBrowser, session_page: Page, write: Callable[[str, Page], None]) -> None:
    page = visitor.get_page(visitor.get_page(session_page.path).link("the note"))
    if "How I give" not in page.text:
        raise UnexpectedPage("The note does not say that a questionnaire was used.")
    page = visitor.fill_and_submit(
        page, "section-data", {"section-assessment": "Speaks more freely.", "sign": "yes"}
    )
    page = visitor.fill_and_submit(page, "read", {"read": "yes"})
    if "Signed by Check Clinician" not in page.text:
        raise UnexpectedPage("The note was not signed.")
    write("note.pdf", visitor.get_paper(page.link("Print it")))


def _lock_practice(visitor: ScriptedBrowser, page: Page) -> None:
    lock_form = next(form for form in page.forms if form.action.endswith("/lock"))
    lock_page = visitor.submit_form(lock_form, page)
    if not lock_page.path.startswith("/unlock") or not visitor.get_page(page.path).path.startswith("/unlock"):
        raise UnexpectedPage("The lock does not lock.")
