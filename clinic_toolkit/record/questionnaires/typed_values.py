"""Typed values: an answer that is not one of the options, such as a number, a day or a text.

No questionnaire asks for one yet. What is stored has room for them, so that it need not change when one does.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

import msgspec

Value = int | Decimal | date | str


class ValueKind(StrEnum):
    """What a typed value is."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TEXT = "text"


class TypedValue(msgspec.Struct, array_like=True, frozen=True):
    """A value as it is stored: its kind, and its canonical text such as "12", "2.50" or "2026-11-30"."""

    kind: ValueKind
    text: str

    def __post_init__(self) -> None:
        decode_value(self)


def encode_value(value: Value) -> TypedValue:
    """Return a value as it is stored. A decimal keeps its trailing zeros."""
    if isinstance(value, bool):
        raise TypeError("a truth value is no answer")
    if isinstance(value, int):
        return TypedValue(ValueKind.INTEGER, str(value))
    if isinstance(value, Decimal):
        return TypedValue(ValueKind.DECIMAL, f"{value:f}")
    if isinstance(value, date):
        return TypedValue(ValueKind.DATE, value.isoformat())
    return TypedValue(ValueKind.TEXT, value)


def decode_value(stored: TypedValue) -> Value:
    """Return the value that is stored.

    Raises:
        ValueError: the text is not the canonical text of a value of this kind.
    """
    try:
        value = _parse(stored)
    except InvalidOperation as error:
        raise ValueError("not a decimal number") from error
    if _canonical_text(value) != stored.text:
        raise ValueError("not the canonical text of this value")
    return value


def _parse(stored: TypedValue) -> Value:
    match stored.kind:
        case ValueKind.INTEGER:
            return int(stored.text)
        case ValueKind.DECIMAL:
            return Decimal(stored.text)
        case ValueKind.DATE:
            return date.fromisoformat(stored.text)
        case ValueKind.TEXT:
            return stored.text


def _canonical_text(value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)
