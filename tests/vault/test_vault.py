"""Records: opened where they were sealed, and nowhere else."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.store.transactions import store_of
from clinic_toolkit.vault import vault as vault_module
from clinic_toolkit.vault.seal_context import SealedVersion
from clinic_toolkit.vault.vault import SealBroken, Vault
from tests.fixtures import vaults

RECORD = UUID(int=5)


def sealed_at(vault: Vault, ring: UUID, **more: Any) -> tuple[dict[str, Any], SealedVersion]:
    place: dict[str, Any] = {"table": "sample", "record": RECORD, "version": 3, "ring": ring}
    sealed = vault.seal(**place, content=b"the body", **more)
    return place | {"key_id": sealed.key_id, "blob": sealed.blob}, sealed


def test_what_was_sealed_comes_back(vault: Vault, ring: UUID) -> None:
    row, sealed = sealed_at(vault, ring)
    opened = vault.open(**row)
    assert (opened.content, opened.content_id) == (b"the body", sealed.content_id)
    assert opened.signature is None and opened.signature_label is None and sealed.signature is None


def test_the_wrong_place_is_refused(engine: Engine, vault: Vault, ring: UUID) -> None:
    row, _ = sealed_at(vault, ring)
    _, other = vaults.new_owner(engine, vault)
    key_id = vault.seal(table="sample", record=RECORD, version=3, ring=other, content=b"").key_id
    wrong = (
        {"table": "samples"}, {"record": uuid4()}, {"version": 2}, {"ring": other}, {"ring": uuid4()},
        {"ring": other, "key_id": key_id}, {"key_id": bytes(16)}, {"key_id": b""}, {"blob": b""},
    )  # fmt: skip
    for change in wrong:
        with pytest.raises(SealBroken) as raised:
            vault.open(**row | change)
        assert raised.value.table in ("sample", "samples")
    vault.open(**row)


def test_of_many_only_those_open_that_lie_where_they_were_sealed(vault: Vault, ring: UUID) -> None:
    row, sealed = sealed_at(vault, ring)
    right = SealedRow(1, row["record"], row["version"], ring, row["key_id"], 0, row["blob"])
    rows = [right, right._replace(version=2), right._replace(ring=uuid4()), right._replace(version=-1), right]
    found = vault.open_rows("sample", rows)
    assert [inside and inside.content_id for inside in found] == [
        sealed.content_id, None, None, None, sealed.content_id
    ]  # fmt: skip
    assert "the body" not in repr(found)


def test_another_practice_cannot_open_it(vault: Vault, ring: UUID, tmp_path: Path) -> None:
    row, _ = sealed_at(vault, ring)
    elsewhere = vaults.new_store(tmp_path / "elsewhere")
    stranger, _ = vaults.cheap_vault(elsewhere)
    stranger._rings._rings[ring] = vault._rings._rings[ring]
    with pytest.raises(SealBroken):
        stranger.open(**row)
    elsewhere.dispose()


def test_every_byte_of_a_sealed_record_counts(vault: Vault, ring: UUID) -> None:
    row, _ = sealed_at(vault, ring, signature_label="sig/note")
    blob = row["blob"]
    for at in range(len(blob)):
        with pytest.raises(SealBroken):
            vault.open(**row | {"blob": blob[:at] + bytes([blob[at] ^ 0x40]) + blob[at + 1 :]})


def test_a_signature_lies_inside_and_fits_this_version_only(vault: Vault, ring: UUID) -> None:
    row, sealed = sealed_at(vault, ring, signature_label="sig/note")
    opened = vault.open(**row)
    assert opened.signature_label == "sig/note"
    assert opened.signature
    assert opened.signature not in row["blob"]
    held: dict[str, Any] = {
        "author_id": vault.user_id,
        "record": RECORD,
        "version": 3,
        "content_id": sealed.content_id,
        "signature": opened.signature,
    }
    assert vault.is_signed("sig/note", **held)
    for change in (
        {"author_id": uuid4()},
        {"record": uuid4()},
        {"version": 4},
        {"content_id": bytes(32)},
        {"signature": bytes(64)},
    ):
        assert not vault.is_signed("sig/note", **held | change)
    assert not vault.is_signed("sig/cosign", **held)
    assert verify_signature(
        vault.public_key, "sig/note", vault.vault_id, RECORD, 3, sealed.content_id, signature=opened.signature
    )


def test_no_signature_or_hash_confirms_a_guess(vault: Vault, ring: UUID) -> None:
    """Twice the same content has nothing in common that is visible, nor a common content id."""
    one, first = sealed_at(vault, ring, signature_label="sig/note")
    two, second = sealed_at(vault, ring, signature_label="sig/note")
    assert first.content_id != second.content_id
    assert first.signature != second.signature
    assert one["blob"][1:57] != two["blob"][1:57]


def test_newer_plain_content_is_refused_and_not_misread(
    vault: Vault, ring: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(vault_module, "pack_content", lambda plain: b"\x02" + bytes(255))
        row, _ = sealed_at(vault, ring)
    with pytest.raises(SealBroken):
        vault.open(**row)


def test_no_plaintext_in_any_file(engine: Engine, vault: Vault, ring: UUID, tmp_path: Path) -> None:
    body = "Grüße von einer Weide am Fluss ".encode() * 40
    vaults.write_sample(engine, vault, ring, body, signature_label="sig/note")
    secrets = (
        body[:16],
        body[-16:],
        vault.unlocked_keys().user_key,
        vault._user_keys.signing_key._key.private_bytes_raw(),
    )

    def found() -> list[bytes]:
        stored = b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir())
        return [secret for secret in secrets if secret in stored]

    assert not found()
    store_of(engine).checkpoint()
    assert not found()
    (tmp_path / "data" / "control").write_bytes(body)
    assert found()
