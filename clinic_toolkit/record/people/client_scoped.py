"""The base of what is given to a client, such as a questionnaire or a worksheet: client and session."""

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_versions import RecordVersion


class ClientScoped(msgspec.Struct, array_like=True, frozen=True, kw_only=True, gc=False):
    """The ids, as 16 bytes each, of a client and of the therapy session, if there was one."""

    client: bytes
    therapy_session: bytes | None

    @property
    def client_id(self) -> UUID:
        """The client it was given to."""
        return UUID(bytes=self.client)

    @property
    def therapy_session_id(self) -> UUID | None:
        """The therapy session it was given in, if any."""
        return UUID(bytes=self.therapy_session) if self.therapy_session else None


S = TypeVar("S", bound=ClientScoped)


def list_in_therapy_session(
    list_for_client: Callable[[UUID], Iterable[RecordVersion[S]]],
    client_ids: Iterable[UUID],
    therapy_session_id: UUID,
) -> list[RecordVersion[S]]:
    """Return what these clients were given in one session, oldest first.

    Args:
        list_for_client: returns everything that a client was given, newest first.
    """
    versions = [version for client_id in client_ids for version in list_for_client(client_id)]
    return [
        version for version in reversed(versions) if version.payload.therapy_session_id == therapy_session_id
    ]
