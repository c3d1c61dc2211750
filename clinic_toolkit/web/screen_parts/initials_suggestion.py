"""Initials for a client: suggested while the name is typed, filled in on saving if none were entered."""

from uuid import UUID

import msgspec
from flask import request

from clinic_toolkit.record.people import display_names
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.fields import clean_line


def fill_in_initials(details: Client, client_id: UUID | None) -> Client:
    """The details, with suggested initials if none were entered; `client_id` is None for a new client."""
    return (
        details
        if details.code
        else msgspec.structs.replace(details, code=_suggest_initials(details, client_id))
    )


def suggest_while_typing(client_id: UUID | None) -> str:
    """The hint about initials that the page shows while the form is filled in, or ""."""
    name, code = (clean_line(request.form.get(field)) for field in ("name", "code"))
    if not name or code:
        return ""
    return f"For now: {_suggest_initials(Client(name=name), client_id)}"


def _suggest_initials(details: Client, client_id: UUID | None) -> str:
    return display_names.propose_code(context.db(), context.vault(), details, except_id=client_id)
