"""Forms that make a record: each page carries a number that becomes the record's id.

So a form that is sent a second time arrives at what the first one made (`record.one_time_numbers`).
"""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec
from flask import g, request
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import ledger, one_time_numbers
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.one_time_numbers import NumberTaken
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context

B = TypeVar("B", bound=msgspec.Struct)

FIELD = "record"
_SPENT = "record number spent"


class SentBefore(ClinicError):
    """The page was sent before, with other words."""

    def __init__(self) -> None:
        super().__init__(
            "This page was sent before, and what was on it then is saved. What is below is different "
            "and is not saved yet. Sending it now makes another entry."
        )


def number_for_page() -> str:
    """The number for the form of this page: the one that was sent if it is shown again, else a new one."""
    sent_now = request.form.get(FIELD, "") if request.method == "POST" and _SPENT not in g else ""
    return sent_now or uuid4().hex


def number_sent() -> UUID:
    """The number that came with the form; a form without one makes a record with a number of its own.

    Raises:
        NumberTaken: it is no number that a page of ours carries.
    """
    typed = request.form.get(FIELD)
    if typed is None:
        return uuid4()
    try:
        number = UUID(hex=typed)
    except ValueError:
        raise NumberTaken from None
    if number.version != 4 or number.hex != typed:
        raise NumberTaken
    return number


def is_spent() -> bool:
    """Whether this form made its record already; False for a form that makes none.

    Raises:
        NumberTaken: it came with what is no number of ours.
    """
    if FIELD not in request.form:
        return False
    return ledger.of(context.db(), context.vault()).known(number_sent().bytes) is not None


def made_before(kind: type[B], ring: UUID, same: Callable[[B], bool]) -> Kept[B] | None:
    """What this very form made when it was sent before; None if it was not.

    Args:
        same: whether what is sent now is what the record was made from. If it is not, the words that were
            typed last must not be taken for recorded.

    Raises:
        NumberTaken: the number is that of something else.
        SentBefore: it was sent before with other words.
    """

    def find(db: Connection, vault: Vault, number: UUID) -> Kept[B] | None:
        return one_time_numbers.made_with(db, vault, number, kind, ring=ring)

    return _made_before(find, same)


def client_taken_in_before(same: Callable[[Client], bool]) -> Kept[Client] | None:
    """`made_before`, for the form that takes a client in."""
    return _made_before(one_time_numbers.client_made_with, same)


def _made_before(
    find: Callable[[Connection, Vault, UUID], Kept[B] | None], same: Callable[[B], bool]
) -> Kept[B] | None:
    if request.method != "POST" or FIELD not in request.form:
        return None
    kept = find(context.db(), context.vault(), number_sent())
    if kept is not None and not same(kept.body):
        setattr(g, _SPENT, True)
        raise SentBefore
    return kept
