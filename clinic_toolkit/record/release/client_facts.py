"""The details of a client that go with a release: name and day of birth, or of a whole record every one."""

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.people.client_record import LEAVE_MESSAGE_LABELS, MAY_CONTACT_LABELS, Client
from clinic_toolkit.record.release.entry_parts import with_values
from clinic_toolkit.record.values.release_values import ReleaseScope
from clinic_toolkit.vault.vault import Vault


def list_client_facts(
    db: Connection, vault: Vault, client: RecordVersion[Client], scope: ReleaseScope
) -> tuple[tuple[str, str], ...]:
    """The details as pairs of a label and a value; empty ones are left out."""
    payload = client.payload
    facts = [
        ("Name", payload.name),
        ("Born", format_date(payload.birth_date) if payload.birth_date else ""),
    ]
    if scope == ReleaseScope.WHOLE:
        carers = [
            ", ".join(filter(None, (each.who, each.role, each.phone)))
            + f" (may be contacted: {MAY_CONTACT_LABELS[each.may_contact].lower()})"
            for each in payload.carers
        ]
        emergency = (payload.emergency_name, payload.emergency_relation, payload.emergency_phone)
        facts += [
            ("Called", payload.preferred_name),
            ("Pronouns", payload.pronouns),
            ("Language", payload.language),
            ("Time zone", payload.time_zone),
            ("Referred by", payload.referrer),
            *(("Also cared for by", carer) for carer in carers),
            ("Telephone", payload.phone),
            ("E-mail", payload.email),
            ("Address", ", ".join(payload.address.splitlines())),
            ("Message", LEAVE_MESSAGE_LABELS[payload.leave_message]),
            ("How to reach", " ".join(payload.reach_note.splitlines())),
            ("In an emergency", ", ".join(part for part in emergency if part)),
            ("From an earlier record", payload.earlier_record),
            *(
                ("Person named", each.payload.word)
                for each in relationships.list_relationships(db, vault, client.id)
            ),
        ]
    return with_values(facts)
