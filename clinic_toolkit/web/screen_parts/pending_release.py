"""A release that is being read, and one that was made: in the memory of this login, until the keys go.

Nothing of it is kept beyond that: what went is named by its disclosure, and can be put together again.
"""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.record.release.disclosures import DisclosureTerms
from clinic_toolkit.record.values.release_values import Release, ReleaseEntry
from clinic_toolkit.web import context

ENTRIES_ON_PAGE = 20
_BEING_READ, _MADE = "releases being read", "releases made"
_MAX_MADE = 5


class PendingRelease(Struct, frozen=True, kw_only=True):
    """A release that is read page by page: what it holds, the terms, the texts that were ticked, the number.

    `read_pages` are the pages that were sent. `number` becomes the id of the disclosure.
    """

    release: Release
    terms: DisclosureTerms
    number: UUID
    ticked: frozenset[str] = frozenset()
    read_pages: frozenset[int] = frozenset()

    @property
    def with_texts(self) -> tuple[ReleaseEntry, ...]:
        """The entries that have something to read."""
        return tuple(entry for entry in self.release.entries if entry.texts)

    @property
    def page_count(self) -> int:
        """How many pages there are to read; one if there is no text at all."""
        return max(1, -(-len(self.with_texts) // ENTRIES_ON_PAGE))

    def entries_on(self, page: int) -> tuple[ReleaseEntry, ...]:
        """The entries of a page, counted from 1."""
        return self.with_texts[(page - 1) * ENTRIES_ON_PAGE : page * ENTRIES_ON_PAGE]

    @property
    def unread_page(self) -> int | None:
        """The first page that was not read yet; None if all were."""
        return next((page for page in range(1, self.page_count + 1) if page not in self.read_pages), None)


def keep_pending(client_id: UUID, pending: PendingRelease) -> None:
    """Keep what is being read of a client; only the last one."""
    context.put_in_login(_BEING_READ, {client_id: pending})


def find_pending(client_id: UUID) -> PendingRelease | None:
    """What is being read of this client, or None."""
    found: Mapping[UUID, PendingRelease] = context.get_from_login(_BEING_READ) or {}
    return found.get(client_id)


def discard_pending() -> None:
    """Let go of what is being read."""
    context.pop_from_login(_BEING_READ)


def keep_made(disclosure_id: UUID, release: Release) -> None:
    """Keep what a disclosure holds, so that it can be printed and saved; the last few."""
    made: dict[UUID, Release] = dict(context.get_from_login(_MADE) or {})
    made[disclosure_id] = release
    context.put_in_login(_MADE, dict(list(made.items())[-_MAX_MADE:]))


def find_made(disclosure_id: UUID) -> Release | None:
    """What a disclosure holds, if it was made in this login."""
    made: Mapping[UUID, Release] = context.get_from_login(_MADE) or {}
    return made.get(disclosure_id)
