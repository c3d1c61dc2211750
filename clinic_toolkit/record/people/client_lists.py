"""The list of clients: who is in it, and which of them a short one shows."""

from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import (
    case_list_facts,
    cases,
    client_list_facts,
    clients,
    display_names,
    recent_clients,
)
from clinic_toolkit.record.people.client_record import (
    UNLISTED_STATES,
    UNREADABLE_NAME,
    Client,
    ClientState,
)
from clinic_toolkit.vault.vault import Vault


class ClientList(Struct, frozen=True, kw_only=True):
    """The clients to show, by name, and the couples with their names.

    `total` is the number of clients in the whole list; `others_count` that of clients in the other list, the
    archived or the active ones.
    """

    clients: list[RecordVersion[Client]]
    couples: list[tuple[UUID, str]]
    total: int
    others_count: int


def list_clients_and_couples(
    db: Connection, vault: Vault, *, archived: bool, limit: int, today: date
) -> ClientList:
    """Return the active or the archived clients; if there are many, those seen or changed last.

    Args:
        limit: the largest number of clients to open and show.
    """
    reader = FactsReader(db, vault)
    all_clients = sorted(client_list_facts.list_client_facts(reader), key=lambda facts: facts.folded_name)
    unjoined = [facts for facts in all_clients if facts.state not in UNLISTED_STATES]
    listed = [facts for facts in unjoined if (facts.state == ClientState.ARCHIVED) == archived]
    shown = recent_clients.list_recent_clients(db, vault, listed, limit=limit, today=today)
    names = display_names.load_display_names(db, vault).full_by_id
    away_states = (ClientState.ARCHIVED, ClientState.LEAVING)
    unarchived_ids = {facts.id for facts in all_clients if facts.state not in away_states}
    return ClientList(
        clients=[clients.load_client(db, vault, facts.id) for facts in shown],
        couples=[
            (case.id, " and ".join(names[id] for id in case.client_ids if id in names) or UNREADABLE_NAME)
            for case in case_list_facts.list_case_facts(reader)
            if case.is_couple and cases.is_couple_archived(case.client_ids, unarchived_ids) == archived
        ],
        total=len(listed),
        others_count=len(unjoined) - len(listed),
    )
