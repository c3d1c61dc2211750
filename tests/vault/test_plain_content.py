"""The inside of a seal: read back exactly, padded to few sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.vault.plain_content import (
    InvalidContent,
    PlainContent,
    pack_content,
    padded_length,
    unpack_content,
)

signed = st.builds(
    PlainContent,
    content=st.binary(max_size=9000),
    content_salt=st.binary(min_size=32, max_size=32),
    signature_label=st.sampled_from(["sig/note", "sig/cosign"]),
    signature=st.binary(min_size=64, max_size=64),
)
unsigned = st.builds(
    PlainContent, content=st.binary(max_size=9000), content_salt=st.binary(min_size=32, max_size=32)
)


@given(signed | unsigned)
def test_comes_back(plain: PlainContent) -> None:
    packed = pack_content(plain)
    assert unpack_content(packed) == plain
    assert len(packed) == padded_length(len(packed))


@given(st.integers(min_value=0, max_value=1 << 26))
def test_padding_costs_little_and_hides_the_length(length: int) -> None:
    padded = padded_length(length)
    assert padded >= length
    if length <= 4096:
        assert padded % 256 == 0
        assert padded - length <= 256
    else:
        assert padded <= length * 1.12
        significant = bin(padded).rstrip("0")[2:]
        assert len(significant) <= (length.bit_length() - 1).bit_length() + 1


@given(st.binary(max_size=400))
def test_anything_else_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidContent):
        unpack_content(raw)


def test_what_lies_in_the_padding_is_refused() -> None:
    packed = pack_content(PlainContent(content=b"body", content_salt=bytes(32)))
    for wrong in (packed[:-1] + b"\1", packed + bytes(256), packed[:-1], b"\2" + packed[1:]):
        with pytest.raises(InvalidContent):
            unpack_content(wrong)
