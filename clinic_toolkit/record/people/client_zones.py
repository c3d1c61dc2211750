"""In which time zone the client of a case is, as the client's own details say."""

from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.vault.vault import Vault


def find_client_zone(db: Connection, vault: Vault, case: RecordVersion[Case]) -> str:
    """Return the IANA name of the zone of every client of a case; "" if it is not known, or they differ."""
    zones = {clients.load_client(db, vault, id).payload.time_zone for id in case.payload.client_ids}
    return zones.pop() if len(zones) == 1 else ""
