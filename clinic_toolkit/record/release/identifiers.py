"""Everything known of a client by which somebody could tell who it is, and looking for it in a text."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.names.dates_and_numbers import find_dates_and_numbers, replace_dates_and_numbers
from clinic_toolkit.names.folding import phone_digits
from clinic_toolkit.names.name_hiding import (
    find_whole_words,
    initials_pattern,
    replace_words,
    split_name,
)
from clinic_toolkit.record.people import clients, joined_entries, relationships, therapy_session_timeline
from clinic_toolkit.record.people.client_record import UNREADABLE_NAME, Client
from clinic_toolkit.record.people.clinician import load_clinician
from clinic_toolkit.record.people.practice import load_practice_settings
from clinic_toolkit.record.values.case_sheet_values import CaseSheetFinding
from clinic_toolkit.vault.vault import Vault

_MIN_LETTERS = 2
# Parts of addresses and of places that stand in every text.
_COMMON_WORDS = frozenset(
    "a an and at by in near of on or the to with my our her his their road street room house flat home "
    "office practice clinic centre center health therapy counselling lane avenue park square place".split()
)
# What many people call somebody tells nothing of one of them.
_COMMON_RELATIONS = frozenset(
    "mother mum mom mam father dad sister brother son daughter wife husband partner friend boss colleague "
    "child baby aunt uncle cousin grandmother grandfather nan gran granny grandad neighbour ex".split()
)


class IdentifierKind(StrEnum):
    """What an identifier is, and what stands in its place."""

    CLIENT = "the client"
    PERSON = "[person]"
    PLACE = "[place]"


class Identifiers(Struct, frozen=True, kw_only=True):
    """The words that identify a client, by kind; and what stands for people that the client named.

    `people` are pairs of the client's own word and what it becomes. `digits` are telephone numbers.
    """

    initials: tuple[str, ...]
    client_words: tuple[str, ...]
    person_words: tuple[str, ...]
    place_words: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    digits: tuple[str, ...]


def load_identifiers(db: Connection, vault: Vault, client_id: UUID) -> Identifiers:
    """Collect what is known of a client: of every joined entry, the partner, people, places, the practice."""
    entries = [
        clients.load_client(db, vault, id) for id in clients.list_joined_client_ids(db, vault, client_id)
    ]
    own_ids = {entry.id for entry in entries}
    cases = joined_entries.list_cases_of_person(db, vault, client_id)
    partner_ids = {id for case in cases for id in case.payload.client_ids} - own_ids
    partners = [clients.load_client(db, vault, id).payload for id in sorted(partner_ids)]
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, cases)
    own = [entry.payload for entry in entries]
    practice, me = load_practice_settings(db, vault).payload, load_clinician(db, vault).payload
    named = relationships.list_relationships(db, vault, client_id)
    other_people = (
        *(word for each in (*own, *partners) for word in _people_of(each)),
        *(word for partner in partners for word in _names_of(partner)),
        *(word for session in sessions for word in split_name(session.payload.others_present)),
        *split_name(me.name),
    )
    places = (
        *(word for each in own for word in split_name(each.address)),
        *(word for session in sessions for word in split_name(session.payload.place)),
        *split_name(practice.practice_name),
    )
    phones = (
        number
        for each in (*own, *partners)
        for number in (each.phone, each.emergency_phone, *(carer.phone for carer in each.carers))
    )
    return Identifiers(
        initials=tuple(dict.fromkeys(code for each in own for code in (each.initials, each.code) if code)),
        client_words=_distinct(word for each in own for word in _names_of(each)),
        person_words=_distinct(other_people),
        place_words=_distinct(places),
        people=tuple(
            (each.payload.word, f"[{each.payload.frame.replace('_', ' ')}]")
            for each in named
            if _distinct([each.payload.word])
            and not set(each.payload.word.casefold().split()) <= _COMMON_RELATIONS | _COMMON_WORDS
        ),
        digits=tuple(digits for digits in map(phone_digits, phones) if digits),
    )


def hide_identifiers(text: str, known: Identifiers, *, first_day: date) -> str:
    """Return a text without them: weeks in place of days, and what people are in place of their names."""
    hidden = replace_dates_and_numbers(text, first_day)
    for pattern in _patterns(known):
        hidden = pattern.sub(IdentifierKind.CLIENT, hidden)
    hidden = replace_words(hidden, known.client_words, IdentifierKind.CLIENT)
    for word, becomes in known.people:
        hidden = replace_words(hidden, [word], becomes)
    hidden = replace_words(hidden, known.person_words, IdentifierKind.PERSON)
    return replace_words(hidden, known.place_words, IdentifierKind.PLACE)


def find_identifiers(text: str, known: Identifiers) -> tuple[CaseSheetFinding, ...]:
    """Look for each identifier in a text, in any spelling, and for any date, address or long number."""
    composed = unicodedata.normalize("NFC", text)
    words: Sequence[tuple[str, Iterable[str]]] = (
        ("the name or initials of the client", known.client_words),
        ("somebody named in the record", (*known.person_words, *(word for word, _ in known.people))),
        ("a place named in the record", known.place_words),
    )
    found = [
        CaseSheetFinding(what=what, words=composed[start:end])
        for what, wanted in words
        for start, end in find_whole_words(composed, wanted)
    ]
    found += [
        CaseSheetFinding(what="the name or initials of the client", words=match[0])
        for pattern in _patterns(known)
        for match in pattern.finditer(composed)
    ]
    found += [
        CaseSheetFinding(what="a date, an address or a number", words=each)
        for each in find_dates_and_numbers(composed)
    ]
    digits = phone_digits(composed)
    found += [
        CaseSheetFinding(what="a telephone number of the record", words=each)
        for each in known.digits
        if each in digits
    ]
    return tuple(dict.fromkeys(found))


def _patterns(known: Identifiers) -> list[re.Pattern[str]]:
    return [pattern for initials in known.initials if (pattern := initials_pattern(initials))]


def _names_of(client: Client) -> tuple[str, ...]:
    if client.name == UNREADABLE_NAME:
        return ()
    code = () if initials_pattern(client.code) else (client.code,)
    return (*split_name(client.name), *split_name(client.preferred_name), *code)


def _people_of(client: Client) -> tuple[str, ...]:
    named = (client.emergency_name, client.referrer, *(carer.who for carer in client.carers))
    return tuple(word for name in named for word in split_name(name))


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    """These words once each, without what is too short or too common to tell anything."""
    kept = (word.strip(" ,.;:()") for word in words)
    return tuple(
        dict.fromkeys(
            word
            for word in kept
            if sum(map(str.isalnum, word)) >= _MIN_LETTERS and word.casefold() not in _COMMON_WORDS
        )
    )
