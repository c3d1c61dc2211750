"""Forms that create a record: each page carries an idempotency key that becomes the record's id.

So a form that is sent a second time leads to the record that the first one created (`journal.idempotency`).
"""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec
from flask import g, request

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import idempotency, inventory_snapshot
from clinic_toolkit.journal.idempotency import IdempotencyKeyTaken
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.web import context

B = TypeVar("B", bound=msgspec.Struct)

KEY_FIELD = "record"
_KEY_SPENT = "record number spent"


class SentBeforeWithOtherWords(ClinicError):
    """The same page was submitted before with different contents."""

    def __init__(self) -> None:
        super().__init__(
            "This page was sent before, and what was on it then is saved. What is below is different "
            "and is not saved yet. Sending it now makes another entry."
        )


def idempotency_key_for_page() -> str:
    """The key for the form of this page: the posted one if the form is shown again, else a new one."""
    posted_key = request.form.get(KEY_FIELD, "") if request.method == "POST" and _KEY_SPENT not in g else ""
    return posted_key or uuid4().hex


def submitted_idempotency_key() -> UUID:
    """The posted idempotency key, or a new one if none was posted.

    Raises:
        IdempotencyKeyTaken: what was posted is not a valid key.
    """
    posted_key = request.form.get(KEY_FIELD)
    if posted_key is None:
        return uuid4()
    try:
        key = UUID(hex=posted_key)
    except ValueError:
        raise IdempotencyKeyTaken from None
    if key.version != 4 or key.hex != posted_key:
        raise IdempotencyKeyTaken
    return key


def is_spent() -> bool:
    """Whether this form has created its record already; False for a form that creates none.

    Raises:
        IdempotencyKeyTaken: what was posted is not a valid key.
    """
    if KEY_FIELD not in request.form:
        return False
    return (
        inventory_snapshot.load_inventory(context.db(), context.vault()).find_newest(
            submitted_idempotency_key().bytes
        )
        is not None
    )


def find_created_before(
    kind: RecordKind[B], ring: UUID | None, is_same: Callable[[B], bool]
) -> RecordVersion[B] | None:
    """The record that this form created when it was submitted before; None if it was not.

    Args:
        ring: the ring in which the form creates its record; None if the record has a ring of its own.
        is_same: whether the fields posted now are those that the record was created from. If not, an error is
            raised, so that the person does not take the text typed last for recorded.

    Raises:
        IdempotencyKeyTaken: the key belongs to another record.
        SentBeforeWithOtherWords: the form was submitted before with different contents.
    """
    if request.method != "POST" or KEY_FIELD not in request.form:
        return None
    created = idempotency.find_created_with(
        context.db(),
        context.vault(),
        kind,
        submitted_idempotency_key(),
        ring=ring,
    )
    if created is not None and not is_same(created.payload):
        setattr(g, _KEY_SPENT, True)
        raise SentBeforeWithOtherWords
    return created


def find_client_created_before(is_same: Callable[[Client], bool]) -> RecordVersion[Client] | None:
    """`find_created_before` for the form that adds a client."""
    return find_created_before(CLIENT, None, is_same)
