"""Who is perhaps the same person as the one being written down: asked about once, before it is saved."""

from flask import request

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import display_names
from clinic_toolkit.record.people.clients import Client
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.clients import ClientForm


def find_similar_clients(
    form: ClientForm, client: RecordVersion[Client] | None
) -> list[RecordVersion[Client]]:
    """Who is perhaps the same person, unless that was asked and answered, or nothing of it was changed."""
    body = form.payload()
    if client and (client.payload.name, client.payload.initials) == (
        body.name,
        body.code or client.payload.initials,
    ):
        return []
    found = display_names.list_similar_clients(
        context.db(), context.vault(), body, except_id=client.id if client else None
    )
    # Only those who were asked about: the name may have been changed since to that of yet another.
    answered = request.form.get("another", "").split()
    return found if any(each.id.hex not in answered for each in found) else []
