"""The canonical encoding: no two lists of values share their bytes."""

import struct
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.crypto.encoding import (
    LABELS,
    PREFIX,
    EncodingTemplate,
    Placeholder,
    encode_fields,
    encode_u64,
)

labels = st.sampled_from(sorted(LABELS))
fields = st.lists(st.none() | st.binary(max_size=6), max_size=5)


def parse(encoded: bytes) -> tuple[str, list[bytes | None]]:
    """Read the encoding back as docs/format.md describes it."""
    at = 1 + encoded[0]
    label = encoded[1:at].decode()
    (count,) = struct.unpack_from(">H", encoded, at)
    at += 2
    found: list[bytes | None] = []
    for _ in range(count):
        (length,) = struct.unpack_from(">I", encoded, at)
        at += 4
        found.append(None if length == 0xFFFFFFFF else encoded[at : at + length])
        at += 0 if length == 0xFFFFFFFF else length
    assert at == len(encoded)
    return label, found


@given(labels, fields)
def test_can_be_read_back(label: str, values: list[bytes | None]) -> None:
    assert parse(encode_fields(label, *values)) == (PREFIX + label, values)


@given(labels, fields, labels, fields)
def test_is_injective(one: str, first: list[bytes | None], two: str, second: list[bytes | None]) -> None:
    assert (encode_fields(one, *first) == encode_fields(two, *second)) == ((one, first) == (two, second))


@given(labels, fields, labels, fields)
def test_no_encoding_begins_another(
    one: str, first: list[bytes | None], two: str, second: list[bytes | None]
) -> None:
    if (one, first) != (two, second):
        assert not encode_fields(one, *first).startswith(encode_fields(two, *second))


def test_what_plain_joining_confuses_stays_apart() -> None:
    assert "|".join(["a|b", "c"]) == "|".join(["a", "b|c"])
    assert encode_fields("rec", "a|b", "c") != encode_fields("rec", "a", "b|c")
    assert (
        len(
            {
                encode_fields("rec"),
                encode_fields("rec", None),
                encode_fields("rec", b""),
                encode_fields("rec", b"", b""),
            }
        )
        == 4
    )


def test_each_kind_of_field() -> None:
    id = UUID(int=7)
    values = (258, id, "e\u0301", None, b"raw")
    assert parse(encode_fields("slot", *values))[1] == [
        bytes.fromhex("0000000000000102"), id.bytes, "é".encode(), None, b"raw"
    ]  # fmt: skip


def test_labels_are_closed_and_none_begins_another() -> None:
    for one, two in combinations(sorted(LABELS), 2):
        assert not encode_fields(one).startswith(encode_fields(two)) and not encode_fields(two).startswith(
            encode_fields(one)
        )
    with pytest.raises(ValueError):
        encode_fields("sig/anything")


@pytest.mark.parametrize("value", [-1, 1 << 64, True, "\ud800"])
def test_what_cannot_be_encoded_is_refused(value: int | str) -> None:
    with pytest.raises(ValueError):
        encode_fields("rec", value)


@given(labels, fields, fields, fields, st.binary(max_size=40), st.binary(max_size=40))
def test_a_blank_that_is_filled_is_what_enc_makes(
    label: str,
    before: list[bytes | None],
    between: list[bytes | None],
    after: list[bytes | None],
    first: bytes,
    second: bytes,
) -> None:
    blank = EncodingTemplate(
        label, *before, Placeholder(len(first)), *between, Placeholder(len(second)), *after
    )
    assert blank.fill(first, second) == encode_fields(label, *before, first, *between, second, *after)


@given(labels, fields, st.binary(max_size=40), st.binary(max_size=40))
def test_the_second_of_a_blank_may_have_any_length(
    label: str, between: list[bytes | None], first: bytes, second: bytes
) -> None:
    blank = EncodingTemplate(label, Placeholder(len(first)), *between, Placeholder(None), b"after")
    assert blank.fill(first, second) == encode_fields(label, first, *between, second, b"after")
    with pytest.raises(ValueError):
        EncodingTemplate(label, Placeholder(None), Placeholder(3))


def test_a_blank_takes_ids_numbers_and_texts_as_enc_does() -> None:
    id = UUID(int=7)
    blank = EncodingTemplate("rec", id, 1, "client", Placeholder(16), Placeholder(8), None, b"raw")
    assert blank.fill(id.bytes, encode_u64(3)) == encode_fields("rec", id, 1, "client", id, 3, None, b"raw")


@pytest.mark.parametrize(("first", "second"), [(b"1234", b"12"), (b"12", b"1234"), (b"", b"123456")])
def test_what_is_longer_or_shorter_than_was_left_open_is_refused(first: bytes, second: bytes) -> None:
    # Else two lists of values could share their bytes.
    blank = EncodingTemplate("rec", Placeholder(3), Placeholder(3))
    assert blank.fill(b"123", b"456")
    with pytest.raises(ValueError, match="left open"):
        blank.fill(first, second)
