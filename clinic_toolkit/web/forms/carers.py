"""The fields for the GP and others who care for a client: one row of four fields each, without a script."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clinic_toolkit.record.people.client_record import MAY_CONTACT_LABELS, Carer, MayContact
from clinic_toolkit.web.forms import fields

# As many as a page offers; there is always room for one more until then.
MOST_CARERS = 8
ROW_NUMBERS = range(1, MOST_CARERS + 1)
_PARTS = ("who", "role", "phone", "may_contact")
NEEDS_NAME = "Write who this is, or empty the other fields of this person."


def carer_fields() -> Iterator[tuple[str, Any]]:
    """Each field with its name, such as "carer1_who"."""
    for number in ROW_NUMBERS:
        yield f"carer{number}_who", fields.line_field(f"Who, {number}", limit=80)
        yield f"carer{number}_role", fields.line_field(f"Role, {number}", limit=60)
        yield f"carer{number}_phone", fields.line_field(f"Telephone, {number}", limit=60)
        yield (
            f"carer{number}_may_contact",
            fields.choice_field(
                f"May I contact them? {number}", MAY_CONTACT_LABELS.items(), is_always_sent=False
            ),
        )


def prefill_carers(carers: Sequence[Carer]) -> dict[str, Any]:
    """The value that each field of `carer_fields` begins with."""
    empty = Carer(who="")
    padded = (*carers, *[empty] * MOST_CARERS)[:MOST_CARERS]
    return {
        f"carer{number}_{part}": getattr(carer, part)
        for number, carer in enumerate(padded, start=1)
        for part in _PARTS
    }


def read_carers(typed: Mapping[str, Any]) -> tuple[Carer, ...]:
    """The people who were typed, in their order; a row without a name is nobody."""
    return tuple(
        Carer(
            who=typed[f"carer{number}_who"],
            role=typed[f"carer{number}_role"],
            phone=typed[f"carer{number}_phone"],
            may_contact=MayContact(typed[f"carer{number}_may_contact"]),
        )
        for number in ROW_NUMBERS
        if typed[f"carer{number}_who"]
    )


def list_shown_rows(typed: Mapping[str, Any]) -> list[int]:
    """The numbers of the rows that a page shows: those that hold something, and an empty one after them."""
    last = max((number for number in ROW_NUMBERS if _is_filled(typed, number)), default=0)
    return list(range(1, min(last + 1, MOST_CARERS) + 1))


def list_unnamed_rows(typed: Mapping[str, Any]) -> list[int]:
    """The numbers of the rows in which something was entered of somebody who is not named."""
    return [number for number in ROW_NUMBERS if not typed[f"carer{number}_who"] and _is_filled(typed, number)]


def describe_carers(carers: Sequence[Carer]) -> str:
    """These people in one line each, as they are compared with what another window saved."""
    return "; ".join(
        ", ".join(filter(None, (each.who, each.role, each.phone, MAY_CONTACT_LABELS[each.may_contact])))
        for each in carers
    )


def _is_filled(typed: Mapping[str, Any], number: int) -> bool:
    may_contact = typed[f"carer{number}_may_contact"] or MayContact.ASK
    return may_contact != MayContact.ASK or any(typed[f"carer{number}_{part}"] for part in _PARTS[:3])
