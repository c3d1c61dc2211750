"""Initials for a client where none were written: proposed while the name is typed, put in on saving."""

from uuid import UUID

import msgspec
from flask import request

from clinic_toolkit.record.people import display_names
from clinic_toolkit.record.people.clients import Client
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.fields import clean_line


def fill_in_initials(details: Client, client_id: UUID | None) -> Client:
    """The details, with initials proposed where none were written; `client_id` is the client's own."""
    return (
        details
        if details.code
        else msgspec.structs.replace(details, code=_suggest_initials(details, client_id))
    )


def suggest_while_typing(client_id: UUID | None) -> str:
    """What the page says of the initials while the form is typed, or "" where nothing is to be said."""
    name, code = (clean_line(request.form.get(field)) for field in ("name", "code"))
    if not name or code:
        return ""
    return f"For now: {_suggest_initials(Client(name=name), client_id)}"


def _suggest_initials(details: Client, client_id: UUID | None) -> str:
    return display_names.propose_code(context.db(), context.vault(), details, except_id=client_id)
