"""The search: over the records of one client, or of all clients, in a read transaction.

Whether a record matches is asked of its folded texts; each hit that is shown is then opened again, as any
page opens it, so nothing is shown that is not what the audit log names now.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import integrity, records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names.name_hiding import hide_name
from clinic_toolkit.names.text_query import TextPiece, TextQuery
from clinic_toolkit.record.people import display_names, joined_entries, ring_owners
from clinic_toolkit.record.retention import retention_list_facts
from clinic_toolkit.record.search import folded_texts
from clinic_toolkit.record.search.folded_texts import FoldedRecord
from clinic_toolkit.record.search.searched_texts import SEARCHED_KINDS, SearchedKind
from clinic_toolkit.record.values.search_values import PartFound, SearchHit, SearchPart, SearchResult
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault

_EXCERPTS_OF_RECORD = 2
_BEGINNING = 120  # characters
Shown = tuple[SearchedKind, RecordVersion[Any]]


class Found(Struct, frozen=True, kw_only=True):
    """The result of a search, and the records that it shows, for the audit log."""

    result: SearchResult
    shown: tuple[Shown, ...]


class _Opening(Struct, frozen=True):
    """What the opening of hits needs."""

    db: Connection
    vault: Vault
    query: TextQuery
    hides_names: bool


class _Match(Struct, frozen=True):
    """A record that matches."""

    ring: UUID
    record: FoldedRecord


def search_client(
    db: Connection, vault: Vault, client_id: UUID, query: TextQuery, *, limit: int, seconds: float
) -> Found:
    """Search everything of one person, of every joined entry and of the sessions as a couple.

    Args:
        limit: the most hits that are shown of each part.
        seconds: as in `search_caseload`.
    """
    cases = joined_entries.list_cases_of_person(db, vault, client_id)
    rings = list(dict.fromkeys(case.ring for case in cases))
    return _search(db, vault, rings, query, limit=limit, seconds=seconds, hides_names=False)


def search_caseload(db: Connection, vault: Vault, query: TextQuery, *, limit: int, seconds: float) -> Found:
    """Search the records of every client, archived ones too; not those of who, or what, is to be erased.

    Args:
        limit: the most hits that are shown of each part.
        seconds: after so long no further ring is opened. What was opened is kept, so that the same search
            goes on from there.
    """
    leaving = retention_list_facts.list_leaving_owners(FactsReader(db, vault))
    owners = vault.rings.list_owners(RingClass.RECORD)
    rings = [vault.rings.get_ring(owner, RingClass.RECORD) for owner in owners if owner not in leaving]
    return _search(db, vault, rings, query, limit=limit, seconds=seconds, hides_names=True)


def _search(
    db: Connection,
    vault: Vault,
    rings: Sequence[UUID],
    query: TextQuery,
    *,
    limit: int,
    seconds: float,
    hides_names: bool,
) -> Found:
    end, encoded = time.monotonic() + seconds, query.encoded()
    matches: list[_Match] = []
    searched = unreadable_count = 0
    has_opened, are_kept = False, True
    for ring in _newest_first(db, vault, rings):
        folded = folded_texts.find_kept(db, vault, ring)
        if folded is None:
            # What is not kept would have to be opened again, so a search that stops would never end.
            if has_opened and are_kept and time.monotonic() > end:
                continue
            folded = folded_texts.fold_ring(db, vault, ring)
            has_opened = True
            are_kept = folded_texts.find_kept(db, vault, ring) is not None
        searched += 1
        unreadable_count += folded.unreadable_count
        matches += [_Match(ring, each) for each in folded.records if encoded.matches(each.folded)]
    shown: list[Shown] = []
    opening = _Opening(db, vault, query, hides_names)
    parts = tuple(
        found for part in SearchPart if (found := _show_part(opening, part, matches, limit, shown)).total
    )
    result = SearchResult(
        parts=parts, searched=searched, to_search=len(rings), unreadable_count=unreadable_count
    )
    return Found(result=result, shown=tuple(shown))


def _newest_first(db: Connection, vault: Vault, rings: Iterable[UUID]) -> list[UUID]:
    """These rings, that in which something was saved last first."""
    inventory = integrity.refresh_inventory_once(db, vault)
    tables = [searched.kind.name for searched in SEARCHED_KINDS]
    return sorted(rings, key=lambda ring: -inventory.last_change(tables, [ring.bytes]))


def _show_part(
    opening: _Opening, part: SearchPart, matches: Sequence[_Match], limit: int, shown: list[Shown]
) -> PartFound:
    """What was found in one part; what is shown of it is opened, and added to `shown`."""
    in_part = [match for match in matches if SEARCHED_KINDS[match.record.searched_kind].part == part]
    in_part.sort(key=lambda match: -match.record.day)
    hits: list[SearchHit] = []
    gone = 0
    for match in in_part:
        if len(hits) >= limit:
            break
        if hit := _open_hit(opening, match, shown):
            hits.append(hit)
        else:
            gone += 1
    return PartFound(part=part, hits=tuple(hits), total=len(in_part) - gone)


def _open_hit(opening: _Opening, match: _Match, shown: list[Shown]) -> SearchHit | None:
    db, vault = opening.db, opening.vault
    searched = SEARCHED_KINDS[match.record.searched_kind]
    version = records.find_readable_record(db, vault, searched.kind, UUID(bytes=match.record.record))
    if version is None:
        return None
    # The day of the session is known from the sweep, so it is not looked for again.
    found = searched.texts_of(version, {})
    shown.append((searched, version))
    names = display_names.load_display_names(db, vault)
    people = ring_owners.load_ring_owners(db, vault).clients_by_ring.get(match.ring, ())
    initials = {person.id: names.short_by_id.get(person.id, person.initials) for person in people}
    hidden = {
        name: initials[person.id]
        for person in people
        for name in (person.name, person.preferred_name)
        if opening.hides_names and name
    }
    return SearchHit(
        part=searched.part,
        who=" and ".join(initials.values()),
        on=date.fromordinal(match.record.day),
        target_kind=found.target_kind,
        target_id=found.target_id,
        excerpts=_excerpts(found.texts, opening.query, hidden),
        is_draft=not version.final and searched.part == SearchPart.NOTES,
    )


def _excerpts(
    texts: Iterable[str], query: TextQuery, initials: Mapping[str, str]
) -> tuple[tuple[TextPiece, ...], ...]:
    """Excerpts of those texts that have a term, with initials in place of the clients' names.

    A list of what was found may be seen by others, as *Today* may be, until a record is opened. Where the
    name itself was looked for, the text from its beginning stands there.
    """
    excerpts: list[tuple[TextPiece, ...]] = []
    for text in texts:
        if len(excerpts) == _EXCERPTS_OF_RECORD:
            break
        if query.excerpt(text):
            hidden = text
            for name, short_name in initials.items():
                hidden = hide_name(hidden, name, short_name)
            excerpts.append(query.excerpt(hidden) or (TextPiece(" ".join(hidden.split())[:_BEGINNING]),))
    return tuple(excerpts)
