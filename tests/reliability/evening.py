"""An evening at the program, every save of it noted, and a look at a store: is what was confirmed there?"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from clinic_toolkit.journal import inspection, records
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.handovers.handover_record import HandoverState
from clinic_toolkit.record.people import therapy_sessions
from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.record.writing import notes
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.practices import NOW
from tests.fixtures.running import Running
from tests.journeys import person, steps
from tests.journeys.pages import Page
from tests.reliability.saving import value_of

BY_SCRIPT = {"X-Autosave": "1"}
Key = tuple[str, UUID, int]
Value = tuple[str, ...] | None


@dataclass
class Story:
    """What was sent, by what it is about, in order; each with the mark of the request that sent it."""

    sent: dict[Key, list[tuple[int, Value]]] = field(default_factory=lambda: defaultdict(list))
    kinds: dict[int, str] = field(default_factory=dict)

    def wrong(self, found: dict[Key, Value], told: set[int], asked: set[int]) -> list[str]:
        """What was confirmed and is not there, or is there although it was not even asked for yet."""
        problems = []
        for key, saves in self.sent.items():
            confirmed = max((at for at, (mark, _) in enumerate(saves) if mark in told), default=-1)
            allowed = [saves[confirmed][1] if confirmed >= 0 else None]
            allowed += [value for mark, value in saves[confirmed + 1 :] if mark in asked]
            if found.get(key) not in allowed:
                problems.append(f"{key[0]} {key[2]}: {found.get(key)}, and not one of {allowed}")
        return problems


class Evening:
    """A clinician, and a client with a form in hand, who do one thing after another."""

    def __init__(self, running: Running) -> None:
        self.story = Story()
        self._kind, self._mark, self._told = "", 0, 0
        self._ask = person.over_http(running.browser()).ask
        self._seen: dict[Key, str] = {}
        self._clients = 0
        self.me = person.Person(self._marked, f"http://{running.host}")
        self.words = steps.set_up(self.me)
        page = self.me.send(self.me.follow(self.me.open("/"), "Add a client"), {"name": "Ana Reyes"})
        self._session = self.me.press(page, "Start a session now").path

    def _marked(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        self._mark += 1
        self.story.kinds[self._mark] = self._kind
        headers = headers | {"X-Mark": str(self._mark)}
        try:
            return self._ask(method, path, body, headers)
        except ConnectionError:
            # A worker on its way out gives a connection a tenth of a second to ask. Browsers ask again.
            if method != "GET":
                raise
            return self._ask(method, path, body, headers)

    @contextmanager
    def _of_kind(self, kind: str) -> Iterator[None]:
        self._kind = kind
        yield
        self._kind = ""

    def _sends(self, key: Key, value: Value) -> None:
        # Noted before it is sent: the next request is the one that carries it.
        self.story.sent[key].append((self._mark + 1, value))

    def text(self) -> str:
        """Words that are sent once only, and tell which answer goes with them."""
        self._told += 1
        return f"text {self._told}"

    def answer(self, times: int) -> None:
        """Answers, as the page's script saves them, item after item and round again."""
        introduction = steps.begin(self.me, self._session)
        place = steps.place(introduction)
        token = self.me.follow(introduction, "first question").form("csrf_token").standing()["csrf_token"]
        with self._of_kind("answer"):
            for number in range(times):
                self._give(f"{place}/items/", ("answer", _id(place), number % 12), token)

    def _give(self, address: str, key: Key, token: str) -> None:
        text = self.text()
        typed = {"csrf_token": token, "answer": str(value_of(text)), "said": text, "go": "next"}
        self._sends(key, (text,))
        # As the page does: with what it saw of the answer, which is nothing at first.
        typed["version"] = self._seen.get(key, "")
        told = self.me.post(f"{address}{key[2] + 1}", typed, BY_SCRIPT)
        assert told.status == 200 and json.loads(told.body)["saved"], told.body
        self._seen[key] = json.loads(told.body)["version"]

    def write(self, times: int, *, sign: bool = False) -> None:
        """A note, saved while it is written, and signed if asked for; each in a session of its own."""
        session = self._new_session() if sign else self._session
        page = self.me.open(f"{session}/note")
        typed, key = page.form("section-data").standing(), ("note", _id(session), 0)
        with self._of_kind("sign" if sign else "note"):
            for _ in range(times):
                text = self.text()
                self._sends(key, ("draft", text))
                told = self.me.post(page.path, typed | {"section-data": text}, BY_SCRIPT)
                assert told.status == 200, told.body
                typed["version"] = str(json.loads(told.body)["version"])
            if sign:
                kept = self.me.press(self.me.open(page.path), "Read it through and sign")
                self._sends(key, ("signed", text))
                assert "Signed by" in self.me.send(kept, {"read": "yes"}).text

    def _new_session(self) -> str:
        # A second client of one name is asked about, so each has another.
        self._clients += 1
        page = self.me.send(self.me.open("/clients/new"), {"name": f"Ben Okoro {self._clients}"})
        return self.me.press(page, "Start a session now").path

    def hand_over(self, times: int) -> None:
        """A form in the client's hands, answered, finished, given back and brought in."""
        page = steps.begin(self.me, self._session, instrument="receiving")
        id = _id(steps.place(page))
        page = self.me.open(f"{steps.place(page)}/hand-over")
        with self._of_kind("hand-over"):
            self._sends(("out", id, 0), ("out",))
            page = self.me.press(page, "Hand over now")
            token = self.me.open("/form/1").form("csrf_token").standing()["csrf_token"]
            for number in range(times):
                self._give("/form/", ("answer", id, number % 12), token)
            self.me.press(self.me.open("/form/finish"), "Finish")
            self.unlock()

    def lock(self) -> None:
        """Lock, and come back."""
        page = self.me.open("/")
        with self._of_kind("lock"):
            self.me.press(page, "Lock")
            self.unlock()

    def unlock(self) -> Page:
        """Type the passphrase."""
        page = self.me.send(self._lock_page(), {"passphrase": self.words})
        assert page.path == "/" or page.path.startswith("/handovers"), page.text
        return page

    def _lock_page(self) -> Page:
        # A form that was given back is still on its way out, and answers nobody but its own pages.
        until = time.monotonic() + 20
        while time.monotonic() < until:
            page = self.me.open("/unlock")
            if page.status == 200:
                return page
            time.sleep(0.05)
        raise AssertionError("the lock page did not come back")


def _id(path: str) -> UUID:
    return UUID(path.split("/")[2])


Unlock = Callable[[Connection], Vault]


def unlocking(place: Path, words: str) -> Unlock:
    """A way in without the cost of the passphrase, which is paid once, at this store."""
    engine = open_store(place)
    with reading(engine) as db:
        vault = key_slots.unlock_with_passphrase(db, words)
    engine.dispose()
    user, keys = vault.user_id, vault.unlocked_keys()
    return lambda db: key_slots.unlock_with_keys(db, user, keys)


@dataclass
class Look:
    """What one store holds, and whatever is wrong with it."""

    found: dict[Key, Value] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)
    missing: bool = False


def look(place: Path, unlock: Unlock, story: Story) -> Look:
    """Open a store as a start does, bring in what a client answered, and read everything."""
    seen = Look()
    engine = None
    try:
        engine = open_store(place)
        seen.missing = not store_of(engine).verdict.is_clean
        with reading(engine) as db:
            vault = unlock(db)
            damage = inspection.inspect_all(db, vault, lambda done, of: None).findings
            out = clinician_side.list_open_handovers(db, vault)
        seen.damage += [each.sentence for each in damage]
        for each in out:
            seen.found["out", each.payload.administration_id, 0] = ("out",)
            if each.state == HandoverState.OUT:
                _bring_in(engine, vault, each, seen)
        with reading(engine) as db:
            for key in story.sent:
                if key[0] != "out":
                    seen.found[key] = (_note if key[0] == "note" else _answer)(db, vault, key, seen)
    except Exception as error:
        seen.damage.append(f"{type(error).__name__}: {error}")
    finally:
        if engine is not None:
            engine.dispose()
    return seen


def _bring_in(engine: Engine, vault: Vault, out: Any, seen: Look) -> None:
    with writing(engine) as db:
        merged = clinician_side.merge_handover(db, vault, out, now=NOW)
    seen.damage += merged.payload.troubles


def _answer(db: Connection, vault: Vault, key: Key, seen: Look) -> Value:
    with suppress(records.RecordNotFound):
        given = answers.decode_responses(
            administrations.load_administration(db, vault, key[1]).payload.answers
        )[key[2]]
        if given.remark and given.value != value_of(given.remark):
            seen.damage.append(f"half a save: {given}")
        return (given.remark,) if given.remark else None
    return None


def _note(db: Connection, vault: Vault, key: Key, seen: Look) -> Value:
    with suppress(records.RecordNotFound):
        kept = notes.find_note_of_session(db, vault, therapy_sessions.load_therapy_session(db, vault, key[1]))
        if kept is not None:
            text = next(part.text for part in kept.payload.parts if part.section == "data")
            return ("signed" if kept.final else "draft", text)
    return None
