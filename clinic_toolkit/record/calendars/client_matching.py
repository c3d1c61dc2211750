"""Whose hour an entry of a calendar may be, by its title: a proposal, and none where two could be meant."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.people import case_list_facts, client_list_facts, clients, display_names
from clinic_toolkit.record.people.case_list_facts import CaseFacts
from clinic_toolkit.record.people.client_record import ClientState
from clinic_toolkit.vault.vault import Vault

_WORD = re.compile(r"[^\W_]+")
_NUMBER_AT_END = re.compile(r" \d+$")
_MIN_NAME_LETTERS = 3
_MAX_CODE_WORDS = 4


class MatchReason(StrEnum):
    """Why an entry is proposed for a client."""

    NONE = ""
    KNOWN = "known"
    SAME_TIME = "same time"
    TITLE = "title"


class CaseChoice(Struct, frozen=True, kw_only=True):
    """A client or a couple that an hour can be for, with the words for a list."""

    case_id: UUID
    client_ids: tuple[UUID, ...]
    label: str


class Caseload(Struct, frozen=True, kw_only=True):
    """Everybody that an hour can be for, and what each is called in titles.

    `ids_by_initials` and `ids_by_name` hold every client who is not erased, archived ones too: what two of
    them have in common stands for neither.
    """

    choices: tuple[CaseChoice, ...]
    ids_by_initials: dict[str, frozenset[UUID]]
    ids_by_name: dict[tuple[str, ...], frozenset[UUID]]
    leaving_case_ids: frozenset[UUID]

    def find_choice(self, case_id: UUID | None) -> CaseChoice | None:
        """The choice with this case, or None."""
        return next((choice for choice in self.choices if choice.case_id == case_id), None)

    def match_title(self, title: str) -> UUID | None:
        """The case that a title names, if exactly one client or the two of one couple have what is in it."""
        named = [*self._match_initials(title), *self._match_names(title)]
        if not named or any(len(ids) > 1 for ids in named):
            return None
        client_ids = frozenset().union(*named)
        return next((each.case_id for each in self.choices if frozenset(each.client_ids) == client_ids), None)

    def _match_initials(self, title: str) -> list[frozenset[UUID]]:
        return [self.ids_by_initials[key] for key in _list_codes(title) if key in self.ids_by_initials]

    def _match_names(self, title: str) -> list[frozenset[UUID]]:
        words = tuple(_WORD.findall(fold_name(title)))
        longest = max(map(len, self.ids_by_name), default=0)
        runs = {words[at : at + n] for at in range(len(words)) for n in range(1, longest + 1)}
        return [ids for name, ids in self.ids_by_name.items() if name in runs]


def load_caseload(db: Connection, vault: Vault) -> Caseload:
    """Load everybody that an hour can be for: active clients and couples, by name."""
    reader = FactsReader(db, vault)
    primary_by_id = clients.load_client_joins(db, vault)
    names = display_names.load_display_names(db, vault)
    people = client_list_facts.list_client_facts(reader)
    active = {facts.id for facts in people if facts.state == ClientState.ACTIVE}
    leaving = {facts.id for facts in people if facts.state == ClientState.LEAVING}
    by_initials: dict[str, set[UUID]] = {}
    by_name: dict[tuple[str, ...], set[UUID]] = {}
    for facts in people:
        person_id = primary_by_id.get(facts.id, facts.id)
        if not facts.is_readable:
            continue
        shown = names.short_by_id.get(facts.id, facts.initials)
        for code in (facts.initials, shown, _NUMBER_AT_END.sub("", shown)):
            by_initials.setdefault(_code_key(code), set()).add(person_id)
        if (
            len(words := tuple(_WORD.findall(facts.folded_name))) > 1
            or len("".join(words)) >= _MIN_NAME_LETTERS
        ):
            by_name.setdefault(words, set()).add(person_id)
    by_initials.pop("", None)
    cases = case_list_facts.list_case_facts(reader)
    return Caseload(
        choices=_list_choices(cases, active, names.full_by_id),
        ids_by_initials={key: frozenset(ids) for key, ids in by_initials.items()},
        ids_by_name={key: frozenset(ids) for key, ids in by_name.items()},
        leaving_case_ids=frozenset(
            case.id for case in cases if case.client_ids and leaving.issuperset(case.client_ids)
        ),
    )


def _list_choices(
    cases: Sequence[CaseFacts], active: set[UUID], full_names: dict[UUID, str]
) -> tuple[CaseChoice, ...]:
    choices = [
        CaseChoice(
            case_id=case.id,
            client_ids=case.client_ids,
            label=" and ".join(full_names[id] for id in case.client_ids if id in full_names),
        )
        for case in cases
        if case.client_ids and active.issuperset(case.client_ids)
    ]
    return tuple(sorted(choices, key=lambda choice: (len(choice.client_ids), fold_name(choice.label))))


def _code_key(code: str) -> str:
    """A code or initials without dots, spaces and case: "ar" for A. R., "k17" for K-17."""
    return "".join(_WORD.findall(fold_name(code)))


def _list_codes(title: str) -> set[str]:
    """What in a title may be initials or a code.

    Initials are capital letters: one word of them, or single letters in a row. "A. R. B." is not A. R., and
    the word "it" is not I. T.
    """
    words = _WORD.findall(title)
    keys = {_code_key(word) for word in words if _is_capital(word)}
    run: list[str] = []
    for word in [*words, "end of it"]:
        if len(word) == 1 and _is_capital(word):
            run.append(word)
            continue
        keys -= {_code_key(letter) for letter in run if len(run) > 1}
        keys |= {_code_key("".join(run))} if run else set()
        run = []
    # A code with a figure in it is found however it is written.
    keys |= {key for key in _runs_of(words) if any(map(str.isdecimal, key)) and not key.isdecimal()}
    return keys - {""}


def _runs_of(words: Sequence[str]) -> Iterable[str]:
    return (
        _code_key("".join(words[at : at + count]))
        for at in range(len(words))
        for count in range(1, _MAX_CODE_WORDS + 1)
    )


def _is_capital(word: str) -> bool:
    """Whether a word has no small letter; scripts without capitals count."""
    return word == word.upper()
