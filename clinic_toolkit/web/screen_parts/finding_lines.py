"""What the full check found, with the clients whose record each finding is about."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.journal.inspection_keys import Finding
from clinic_toolkit.record.people import clients, display_names, ring_owners
from clinic_toolkit.record.people.client_list_facts import ClientFacts
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.web import context


class FindingLine(Struct, frozen=True):
    """One finding: its sentence, and the clients, as id and name."""

    sentence: str
    people: tuple[tuple[UUID, str], ...]


def list_finding_lines(findings: Iterable[Finding]) -> list[FindingLine]:
    """The findings as a page shows them; that the clients were named is noted as read."""
    db, vault = context.db(), context.vault()
    owners = ring_owners.load_ring_owners(db, vault)
    names = display_names.load_display_names(db, vault).full_by_id
    found = [
        (finding.sentence, tuple(owners.clients_of_rings([finding.ring])) if finding.ring else ())
        for finding in findings
    ]
    note_clients_read(client for _, shown in found for client in shown)
    return [
        FindingLine(sentence, tuple((client.id, names[client.id]) for client in shown))
        for sentence, shown in found
    ]


def note_clients_read(shown: Iterable[ClientFacts]) -> None:
    """Note that a page names these clients."""
    for client_id in {client.id: None for client in shown}:
        context.audit_read(CLIENT, clients.load_client(context.db(), context.vault(), client_id))
