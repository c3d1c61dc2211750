"""A clinician with a questionnaire and a note open, who comes back after every kill."""

import json
import os
import re
import signal
import time
from html import unescape
from http.client import HTTPException
from pathlib import Path

from tests.fixtures.running import Running
from tests.journeys import person, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.reliability.saving import DRAFT, SIGNED, value_of

BY_SCRIPT = {"X-Autosave": "1"}
LABELS = ("Never", "Some of the time", "About half the time", "Most of the time", "Nearly all the time")
CODE = "quick7"
# Signed notes that are looked at after every kill; the end looks at all.
RECENT = 2
SESSIONS_OF_A_CLIENT = 30


class Desk:
    """One practice, and the program that serves it, killed and started again."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.running = Running(data)
        self.me: Person = person.over_http(self.running.browser())
        self.words = self._set_up()
        page = self.me.send(self.me.open("/clients/new"), {"name": "Ana Reyes"})
        self._session = self.me.press(page, "Start a session now").path
        self._place = steps.place(steps.begin(self.me, self._session))
        self._token, self._version = "", "0"
        # What the page of each item saw of its answer; unknown again while a save is under way.
        self._seen: dict[int, str] = {}
        self._client, self._begun = "", 0
        self._to_sign = ""
        self.signed: dict[str, str] = {}
        self.killed_at = 0.0
        self.ready_after = 0.0
        self.be_ready()

    def _set_up(self) -> str:
        page = self.me.send(self.me.open("/"), steps.ABOUT)
        words = page.typed("offered_passphrase")
        assert words, page.text
        page = self.me.send(page, {"passphrase": words, "passphrase_again": words})
        page = steps.prove_sheet(self.me, self.me.send(page, {"code": CODE}))
        assert page.path == "/", page.text
        return words

    def be_ready(self) -> None:
        """Have the draft's newest version, and a session whose note was not signed yet."""
        page = self.me.open(f"{self._session}/note")
        standing = page.form("section-data").standing()
        self._token, self._version = standing["csrf_token"], standing["version"]
        if not self._to_sign or self._to_sign in self.signed:
            if self._begun % SESSIONS_OF_A_CLIENT == 0:
                self._client = self.me.send(
                    self.me.open("/clients/new"), {"name": f"Ben Okoro {self._begun}"}
                ).path
            else:
                steps.end_session(self.me, self.me.open(self._to_sign))
            self._begun += 1
            self._to_sign = self.me.press(self.me.open(self._client), "Start a session now").path

    def save(self, item: int, text: str) -> bool:
        """Send one text: an answer or a draft as the page's own script does, or a note to be signed."""
        try:
            if item == SIGNED:
                return self._sign(text)
            return self._draft(text) if item == DRAFT else self._answer(item, text)
        except HTTPException as gone:
            raise ConnectionError from gone

    def _answer(self, item: int, text: str) -> bool:
        path = f"{self._place}/items/{item + 1}"
        seen = self._seen.pop(item, None)
        if seen is None:
            seen = self._there(self.me.open(path)).typed("version")
        assert seen is not None
        sent = {"csrf_token": self._token, "answer": str(value_of(text)), "said": text, "go": "next"}
        told = json.loads(self._there(self.me.post(path, sent | {"version": seen}, BY_SCRIPT)).body)
        self._seen[item] = told["version"]
        return bool(told["saved"])

    def _draft(self, text: str) -> bool:
        sent = _note(text) | {"csrf_token": self._token, "version": self._version}
        told = self._there(self.me.post(f"{self._session}/note", sent, BY_SCRIPT))
        self._version = str(json.loads(told.body)["version"])
        return True

    def _sign(self, text: str) -> bool:
        page = self._there(self.me.open(f"{self._to_sign}/note"))
        page = self._there(self.me.send(page, _note(text) | {"sign": "yes"}))
        page = self._there(self.me.send(page, {"code": CODE}))
        return "Signed by" in page.text

    def _there(self, page: Page) -> Page:
        if page.status in (204, 401, 403) or page.path.startswith("/unlock"):
            # The next worker answers already, locked: the one that was killed is gone. It answers a form
            # with 204, so that a browser stays on its page.
            raise ConnectionError
        assert page.status == 200, (page.status, page.path, page.text or page.body)
        return page

    def kill(self, which: str) -> None:
        """kill -9, without a word before."""
        pid = self.running.process.pid if which == "keeper" else self.running.workers()[0]
        self.killed_at = time.monotonic()
        os.kill(pid, signal.SIGKILL)

    def come_back(self) -> None:
        """Start the program again if it is gone, and unlock: with the code, if it still knows it."""
        began = self.killed_at
        if self.running.process.poll() is not None:
            self.running.process.communicate()
            began = time.monotonic()
            self.running = Running(self.data)
            self.me = person.over_http(self.running.browser())
        page = self.me.open("/unlock")
        self.ready_after = time.monotonic() - began
        by_code = "code" in page.form("csrf_token").names
        page = self.me.send(page, {"code": CODE} if by_code else {"passphrase": self.words})
        assert page.path == "/", page.text

    def found(self) -> dict[int, str]:
        """What the record holds, as its pages show it; all parts of a thing must be of one save."""
        texts = self._answers()
        texts[DRAFT] = self._note_of(self._session)[0]
        text, is_signed = self._note_of(self._to_sign)
        texts[SIGNED] = text if is_signed else ""
        return texts

    def _answers(self) -> dict[int, str]:
        page = self._there(self.me.open(f"{self._place}/check"))
        texts = {}
        rows = re.split(r'<li><p><span class="unseen">Question \d+ </span><q>', page.source)[1:]
        assert len(rows) == 12
        for item, row in enumerate(rows):
            said = re.search(r"Said: <q>(.*?)</q>", row)
            label = re.search(r'<p class="given"><span>(.*?)</span>', row, re.DOTALL)
            assert label
            if said:
                texts[item] = unescape(said[1])
                assert label[1].strip() == LABELS[value_of(texts[item])], f"half a save: {row}"
            else:
                assert "Left open" in label[1], row
        return texts

    def _note_of(self, session: str) -> tuple[str, bool]:
        page = self._there(self.me.open(f"{session}/note"))
        is_signed = page.path.startswith("/notes/")
        if is_signed:
            shown = set(re.findall(r"text \d+ [0-9a-f]+", page.text))
        else:
            shown = {page.typed(name) for name in _note("")}
        assert len(shown) == 1, f"half a save: {shown}"
        return str(shown.pop()), is_signed

    def keep_signed(self, text: str | None) -> list[str]:
        """Take note of a note that is signed by now; returns what is wrong with the newest ones."""
        if text:
            self.signed[self._to_sign] = text
        return self.wrongly_signed(RECENT)

    def wrongly_signed(self, newest: int) -> list[str]:
        """Notes that were signed and are not there, or not as they were signed."""
        looked_at = list(self.signed.items())[-newest:]
        return [session for session, text in looked_at if self._note_of(session) != (text, True)]


def _note(text: str) -> dict[str, str]:
    return {f"section-{part}": text for part in ("data", "assessment", "plan")}
