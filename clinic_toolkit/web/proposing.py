"""Initials for a client where none were written: proposed while the name is typed, put in on saving."""

from uuid import UUID

import msgspec
from flask import request

from clinic_toolkit.record import told_apart
from clinic_toolkit.record.clients import Client
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.fields import one_line


def with_initials(body: Client, id: UUID | None) -> Client:
    """The details, with the initials that are proposed where none were written; `id` is the client's own."""
    return body if body.code else msgspec.structs.replace(body, code=_free(body, id))


def while_typed(id: UUID | None) -> str:
    """What the page says of the initials while the form is typed, or "" where nothing is to be said."""
    name, code = (one_line(request.form.get(field)) for field in ("name", "code"))
    if not name or code:
        return ""
    return f"For now: {_free(Client(name=name), id)}"


def _free(body: Client, id: UUID | None) -> str:
    return told_apart.proposed(context.db(), context.vault(), body, besides=id)
