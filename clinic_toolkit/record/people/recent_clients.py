"""Which clients come first in a long list: those seen, added or changed most recently."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import session_days
from clinic_toolkit.record.people.client_list_facts import ClientFacts
from clinic_toolkit.vault.vault import Vault


def list_recent_clients(
    db: Connection, vault: Vault, candidates: Sequence[ClientFacts], *, limit: int, today: date
) -> list[ClientFacts]:
    """Return the clients with the latest session or change, in the order of `candidates`.

    A planned session counts as if it were today.

    Args:
        limit: the largest number of clients to return.
    """
    if len(candidates) <= limit:
        return list(candidates)
    last_days = session_days.list_last_session_days(db, vault, FactsReader(db, vault))
    ranked = sorted(
        candidates,
        key=lambda client: max(min(last_days.get(client.id, date.min), today), client.changed_on),
        reverse=True,
    )
    chosen_ids = {client.id_bytes for client in ranked[:limit]}
    return [client for client in candidates if client.id_bytes in chosen_ids]
