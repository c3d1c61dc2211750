"""The recovery sheet: read leniently, the wrong group named."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.vault.crockford_base32 import ALPHABET
from clinic_toolkit.vault.recovery_sheet import (
    InvalidRecoverySheet,
    check_group,
    decode_groups,
    encode_groups,
    generate_secret,
    is_same_group,
)

secrets = st.binary(min_size=20, max_size=20)


@given(secrets)
def test_what_is_printed_is_read(secret: bytes) -> None:
    groups = encode_groups(secret)
    assert [len(group) for group in groups] == [5] * 8
    assert (
        decode_groups(" ".join(groups))
        == decode_groups("".join(groups))
        == decode_groups("-".join(groups))
        == secret
    )
    assert not set("".join(groups)) & set("ILOU")


@given(secrets, st.sampled_from(["{} ", "{}\n", "{}\u2013", " {}\t", "{}."]))
def test_case_spaces_dashes_and_look_alikes_do_not_count(secret: bytes, between: str) -> None:
    text = "".join(between.format(group[:2] + " " + group[2:]) for group in encode_groups(secret)).lower()
    for digit, letters in (("0", "oO"), ("1", "iIlL")):
        for letter in letters:
            assert decode_groups(text.replace(digit, letter)) == secret


def test_every_single_slip_is_noticed_and_named() -> None:
    groups = encode_groups(generate_secret())
    for place, group in enumerate(groups, start=1):
        for at, character in product(range(5), ALPHABET):
            typed = group[:at] + character + group[at + 1 :]
            if typed != group:
                with pytest.raises(InvalidRecoverySheet) as raised:
                    decode_groups(" ".join([*groups[: place - 1], typed, *groups[place:]]))
                assert raised.value.group == place
        for at in range(4):
            typed = group[:at] + group[at + 1] + group[at] + group[at + 2 :]
            if typed != group:
                with pytest.raises(InvalidRecoverySheet):
                    check_group(place, typed)
        for other in range(1, 9):
            if other != place:
                with pytest.raises(InvalidRecoverySheet):
                    check_group(other, group)


@pytest.mark.parametrize(
    ("change", "group"),
    [
        (lambda groups: groups[:7], 8),
        (lambda groups: [], 1),
        (lambda groups: [*groups, groups[0]], None),
        (lambda groups: [*groups[:2], groups[2][:4], *groups[3:]], 3),
        (lambda groups: [*groups[:2], groups[2] + "7", *groups[3:]], 3),
        (lambda groups: [*groups[:6], "?????", groups[7]], 7),
        (lambda groups: [groups[0], "\ud800" * 5, *groups[2:]], 2),
    ],
)
def test_the_wrong_group_is_named(change, group: int | None) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidRecoverySheet) as raised:
        decode_groups(" ".join(change(list(encode_groups(bytes(range(20)))))))
    assert raised.value.group == group


def test_a_group_typed_back() -> None:
    groups = encode_groups(bytes(range(20)))
    assert is_same_group(groups[3], " " + groups[3].lower() + "-")
    assert not is_same_group(groups[3], groups[4])
    assert not is_same_group(groups[3], "\ud800")
