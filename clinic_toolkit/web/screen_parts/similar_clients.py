"""Existing clients who may be the same person as the one in the form; asked about once, before saving."""

from flask import request

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import display_names
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.clients import ClientDetailsForm


def find_similar_clients(
    form: ClientDetailsForm, client: RecordVersion[Client] | None
) -> list[RecordVersion[Client]]:
    """Clients who may be the same person; none if this was answered already or the name is unchanged."""
    details = form.payload()
    if client and (client.payload.name, client.payload.initials) == (
        details.name,
        details.code or client.payload.initials,
    ):
        return []
    similar = display_names.list_similar_clients(
        context.db(), context.vault(), details, except_id=client.id if client else None
    )
    # The answer counts only for the clients it was given about: the name may have been changed since then and
    # may now be similar to another client's.
    answered_ids = request.form.get("another", "").split()
    return similar if any(other.id.hex not in answered_ids for other in similar) else []
