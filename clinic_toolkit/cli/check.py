"""`--check`: the main job once, without a person, in a new practice in a temporary folder.

Starts the program as a person would, goes from set-up to a signed note over HTTP, and writes every
paper there is.
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

from clinic_toolkit.cli.visitor import NotAsExpected, Page, Visitor
from clinic_toolkit.vault.sheet import GROUPS

PAPERS = (
    "answer-card.pdf",
    "blank-questionnaire.pdf",
    "client-page.pdf",
    "session-summary.pdf",
    "worksheet.pdf",
    "note.pdf",
)
PATIENCE = 60.0


def run(out: Path) -> int:
    """Do the whole job and write its papers into `out`; return the exit code."""
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="clinic-check-") as place, _served(Path(place)) as way_in:
            _job(Visitor(way_in), lambda name, page: _write(out / name, page))
    except NotAsExpected as wrong:
        click.echo(f"Not as expected: {wrong.sentence}", err=True)
        return 1
    click.echo(f"The whole check took {time.monotonic() - began:.1f} s. The papers are in {out}")
    return 0


@contextmanager
def _served(place: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "clinic_toolkit", "start", "--no-browser", "--data", str(place / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as served:
        try:
            yield _way_in(served)
        finally:
            served.send_signal(signal.SIGTERM) if os.name == "posix" else served.terminate()
            served.wait(timeout=PATIENCE)


def _way_in(served: "subprocess.Popen[str]") -> str:
    for line in served.stdout or ():
        if "works once: " in line:
            file = Path(line.partition("works once: ")[2].strip())
            found = re.search(r'href="([^"]+)"', file.read_text(encoding="utf-8"))
            if found:
                return found[1]
    raise NotAsExpected("The program ended before it was ready.")


def _write(path: Path, page: Page) -> None:
    if page.status != 200 or not page.body.startswith(b"%PDF-"):
        raise NotAsExpected(f"{page.path} gave no paper (status {page.status}).")
    path.write_bytes(page.body)
    click.echo(f"  {path.name}: {len(page.body):,} bytes")


def _job(visitor: Visitor, write: Callable[[str, Page], None]) -> None:
    page = _set_up(visitor)
    click.echo("A practice was set up and its recovery sheet was tested.")
    page = _took_in(visitor, page)
    hour = _opened_hour(visitor, page)
    click.echo("A client was added and a session started.")
    page = _asked(visitor, hour, write)
    click.echo("A questionnaire was answered, checked and finished.")
    _looked_together(visitor, page, write)
    _gave_a_sheet(visitor, hour, write)
    click.echo("The result was looked at together and a worksheet was given.")
    _signed(visitor, hour, write)
    click.echo("The note was signed.")
    write("session-summary.pdf", visitor.paper(visitor.get(hour.path).link("Session summary")))
    _locked(visitor, hour)
    click.echo("The practice was locked.")


def _set_up(visitor: Visitor) -> Page:
    page = visitor.come_in()
    page = visitor.send(
        page,
        "practice_name",
        {
            "practice_name": "Check practice",
            "clinician_name": "Check Clinician",
            "country": "IE",
            "record_kind": "full",
            "crisis_text": "In a crisis call 112.",
            "limits_text": "What you say stays with me, unless a life is in danger.",
        },
    )
    offered = dict(page.form("passphrase").fields)["offered_passphrase"]
    page = visitor.send(page, "passphrase", {"passphrase": offered, "passphrase_again": offered})
    page = visitor.send(page, "code", {"skip": "yes"})
    groups = _groups(visitor.get(page.link("recovery sheet")))
    asked = sorted(name for name in page.form("csrf_token").names if name.startswith("group_"))
    page = visitor.send(
        page, asked[0], {name: groups[int(name.removeprefix("group_")) - 1] for name in asked}
    )
    if page.path != "/":
        raise NotAsExpected("The recovery sheet that was printed does not prove itself.")
    return page


def _groups(sheet: Page) -> list[str]:
    """Read the groups from the sheet itself, as a person would."""
    found = list(dict.fromkeys(re.findall(r"<strong>([0-9A-Z]{5})</strong>", sheet.text)))
    if len(found) != GROUPS:
        raise NotAsExpected(f"The recovery sheet shows {len(found)} groups instead of {GROUPS}.")
    return found


def _took_in(visitor: Visitor, page: Page) -> Page:
    page = visitor.get(page.link("Add a client"))
    return visitor.send(page, "name", {"name": "Check Client"})


def _opened_hour(visitor: Visitor, page: Page) -> Page:
    form = next(each for each in page.forms if each.action.endswith("/open"))
    return visitor.post(form, page)


def _asked(visitor: Visitor, hour: Page, write: Callable[[str, Page], None]) -> Page:
    page = visitor.get(hour.link("questionnaire"))
    page = visitor.send(
        page, "instrument", {"instrument": "giving", "about": "new", "word": "M.", "frame": "parent"}
    )
    write("answer-card.pdf", visitor.paper(page.link("Answer card")))
    write("blank-questionnaire.pdf", visitor.paper("/questionnaires/giving/blank"))
    page = visitor.get(page.link("first question"))
    answers: list[dict[str, str]] = [
        {"answer": "3", "go": "next"},
        {"answer": "4", "go": "next", "talk": "yes", "said": "It is different at weekends."},
        {"answer": "2", "go": "next"},
        {"way": "declined"},
        {"way": "did_not_come_up"},
    ]
    while "/items/" in page.path:
        page = visitor.send(page, "answer", answers.pop(0) if answers else {"answer": "1", "go": "next"})
    return visitor.send(page, "csrf_token", {})


def _looked_together(visitor: Visitor, page: Page, write: Callable[[str, Page], None]) -> None:
    """Keep what the client says, and take the client page from the clinician's own result."""
    together = visitor.get(page.link("Look at it together"))
    if any(char.isdigit() for char in re.sub(r"<[^>]*>", "", together.text.partition("<h1>")[2])):
        raise NotAsExpected("The page to look at together shows a number.")
    page = visitor.send(
        together, "own_words", {"own_words": "I can rest before I say yes.", "next_step": "One walk alone."}
    )
    if "What you told me" not in page.text or "Saved." not in page.text:
        raise NotAsExpected("The client's page does not say that what was written on it is saved.")
    hour = visitor.get(page.link("Done"))
    result = visitor.get(hour.link("See the result"))
    write("client-page.pdf", visitor.paper(result.link("Client page")))


def _gave_a_sheet(visitor: Visitor, hour: Page, write: Callable[[str, Page], None]) -> None:
    page = visitor.get(visitor.get(hour.path).link("Give a worksheet"))
    page = visitor.send(page, "worksheet", {"worksheet": "receiving-ladder"})
    write("worksheet.pdf", visitor.paper(page.link("Print the sheet")))


def _signed(visitor: Visitor, hour: Page, write: Callable[[str, Page], None]) -> None:
    page = visitor.get(visitor.get(hour.path).link("the note"))
    if "How I give" not in page.text:
        raise NotAsExpected("The note does not say that a questionnaire was used.")
    page = visitor.send(page, "section-data", {"section-assessment": "Speaks more freely.", "sign": "yes"})
    page = visitor.send(page, "read", {"read": "yes"})
    if "Signed by Check Clinician" not in page.text:
        raise NotAsExpected("The note was not signed.")
    write("note.pdf", visitor.paper(page.link("Print it")))


def _locked(visitor: Visitor, page: Page) -> None:
    lock = next(each for each in page.forms if each.action.endswith("/lock"))
    locked = visitor.post(lock, page)
    if not locked.path.startswith("/unlock") or not visitor.get(page.path).path.startswith("/unlock"):
        raise NotAsExpected("The lock does not lock.")
