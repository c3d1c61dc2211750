"""Losses that were detected, stored on disk until a person has acknowledged them.

The anchor is updated to the current end of the audit log, so a loss is stored apart from it: it must not be
forgotten if the program crashes before anyone has seen it.
"""

import hashlib
import struct
from pathlib import Path

from msgspec import Struct

from clinic_toolkit.store import folder
from clinic_toolkit.store.sqlite import anchor_slot
from clinic_toolkit.store.sqlite.anchor_slot import SLOT_BYTES, AnchorSlot

_HEADER = struct.Struct(">QQ")
_CHECKSUM_BYTES = 32
_LOSS_BYTES = _HEADER.size + SLOT_BYTES + _CHECKSUM_BYTES


class Loss(Struct, frozen=True, kw_only=True):
    """One finding: the audit log ended at entry `tip`, but the anchor knew of later ones.

    `slot` is None if no anchor could be read, and `log_copy_number` is 0 if no log was copied.
    """

    tip: int
    log_copy_number: int
    slot: AnchorSlot | None


def read_losses(data_folder: Path) -> tuple[Loss, ...]:
    """Read the unacknowledged losses. One that cannot be decoded is reported as a loss of unknown extent."""
    try:
        raw = (data_folder / folder.LOSSES_FILE).read_bytes()
    except FileNotFoundError:
        return ()
    except OSError:
        return (Loss(tip=0, log_copy_number=0, slot=None),)
    return tuple(
        _decode_loss(raw[offset : offset + _LOSS_BYTES]) for offset in range(0, len(raw) or 1, _LOSS_BYTES)
    )


def add_loss(data_folder: Path, earlier: tuple[Loss, ...], new_loss: Loss) -> tuple[Loss, ...]:
    """Add a loss durably, unless an earlier, interrupted start stored it already; returns all losses.

    Raises:
        OSError: it could not be written.
    """
    if any(
        (loss.slot, loss.slot or loss.tip) == (new_loss.slot, new_loss.slot or new_loss.tip)
        for loss in earlier
    ):
        return earlier
    losses = (*earlier, new_loss)
    write_losses(data_folder, losses)
    return losses


def write_losses(data_folder: Path, losses: tuple[Loss, ...]) -> None:
    """Write these losses durably, in place of what the file held.

    Raises:
        OSError: they could not be written.
    """
    folder.write_durably(data_folder / folder.LOSSES_FILE, encode_losses(losses))


def encode_losses(losses: tuple[Loss, ...]) -> bytes:
    """Encode losses as the file of them holds them."""
    return b"".join(_encode_loss(loss) for loss in losses)


def remove_losses(data_folder: Path) -> None:
    """Delete all losses, after a person has acknowledged them.

    Raises:
        OSError: the file could not be removed.
    """
    (data_folder / folder.LOSSES_FILE).unlink(missing_ok=True)
    folder.sync_folder(data_folder)


def _encode_loss(loss: Loss) -> bytes:
    content = _HEADER.pack(loss.tip, loss.log_copy_number) + (
        anchor_slot.encode_slot(loss.slot) if loss.slot else bytes(SLOT_BYTES)
    )
    return content + hashlib.sha256(content).digest()


def _decode_loss(raw: bytes) -> Loss:
    content = raw[:-_CHECKSUM_BYTES]
    if len(raw) != _LOSS_BYTES or hashlib.sha256(content).digest() != raw[-_CHECKSUM_BYTES:]:
        return Loss(tip=0, log_copy_number=0, slot=None)
    tip, log_copy_number = _HEADER.unpack_from(content)
    slot = anchor_slot.decode_slot(content[_HEADER.size :])
    if slot and tip >= slot.seq:
        # Anyone can compute the checksum, so the numbers may be invented; these say that nothing is missing.
        return Loss(tip=0, log_copy_number=0, slot=None)
    return Loss(tip=tip, log_copy_number=log_copy_number, slot=slot)
