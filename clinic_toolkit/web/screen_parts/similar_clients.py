"""Existing clients who may be the same person as the one in the form; asked about once, before saving."""

from flask import request

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import display_names
from clinic_toolkit.record.people.clients import Client
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.clients import ClientForm


def find_similar_clients(
    form: ClientForm, client: RecordVersion[Client] | None
) -> list[RecordVersion[Client]]:
    """Clients who may be the same person; none if this was answered already or the name is unchanged."""
    body = form.payload()
    if client and (client.payload.name, client.payload.initials) == (
        body.name,
        body.code or client.payload.initials,
    ):
        return []
    found = display_names.list_similar_clients(
        context.db(), context.vault(), body, except_id=client.id if client else None
    )
    # The answer counts only for the clients it was given about: the name may have been changed since then and
    # may now be similar to another client's.
    answered = request.form.get("another", "").split()
    return found if any(each.id.hex not in answered for each in found) else []
