"""What is given to a client, a questionnaire or a worksheet: for whom, and in which hour."""

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

import msgspec

from clinic_toolkit.record.kept import Kept


class Given(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """For whom, and in which hour; the hour may be missing."""

    client: bytes
    session: bytes | None

    @property
    def client_id(self) -> UUID:
        """For whom."""
        return UUID(bytes=self.client)

    @property
    def session_id(self) -> UUID | None:
        """The hour it was given in, if any."""
        return UUID(bytes=self.session) if self.session else None


G = TypeVar("G", bound=Given)


def in_hour(
    of_client: Callable[[UUID], Iterable[Kept[G]]], client_ids: Iterable[UUID], session_id: UUID
) -> list[Kept[G]]:
    """What these clients were given in one hour, oldest first; `of_client` lists newest first."""
    found = [kept for client_id in client_ids for kept in of_client(client_id)]
    return [kept for kept in reversed(found) if kept.body.session_id == session_id]
