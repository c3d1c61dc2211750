"""What is given to a client, a questionnaire or a worksheet: for whom, and in which hour."""

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_versions import RecordVersion


class ClientScoped(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """For whom, and in which hour; the hour may be missing."""

    client: bytes
    therapy_session: bytes | None

    @property
    def client_id(self) -> UUID:
        """For whom."""
        return UUID(bytes=self.client)

    @property
    def therapy_session_id(self) -> UUID | None:
        """The hour it was given in, if any."""
        return UUID(bytes=self.therapy_session) if self.therapy_session else None


S = TypeVar("S", bound=ClientScoped)


def list_in_therapy_session(
    list_for_client: Callable[[UUID], Iterable[RecordVersion[S]]],
    client_ids: Iterable[UUID],
    therapy_session_id: UUID,
) -> list[RecordVersion[S]]:
    """What these clients were given in one hour, oldest first; `list_for_client` lists newest first."""
    found = [kept for client_id in client_ids for kept in list_for_client(client_id)]
    return [kept for kept in reversed(found) if kept.payload.therapy_session_id == therapy_session_id]
