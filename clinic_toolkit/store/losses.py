"""What was found missing and not yet seen by a person, kept on the disk until it was.

The anchor goes on from where the chain stands now, so the loss needs a place of its own: a crash
before anyone has read of it must not make it disappear.
"""

import hashlib
import struct
from pathlib import Path

from msgspec import Struct

from clinic_toolkit.store import anchor_slot, folder
from clinic_toolkit.store.anchor_slot import SLOT_BYTES, AnchorSlot

_HEADER = struct.Struct(">QQ")
_CHECKSUM_BYTES = 32
_LOSS_BYTES = _HEADER.size + SLOT_BYTES + _CHECKSUM_BYTES


class Loss(Struct, frozen=True, kw_only=True):
    """One finding: the chain ended at line `tip`, the anchor knew of more.

    `slot` is None when there was no anchor that could be read, and `aside` 0 when no log was copied.
    """

    tip: int
    log_copy_number: int
    slot: AnchorSlot | None


def read_losses(data_folder: Path) -> tuple[Loss, ...]:
    """The losses that wait to be seen. One that cannot be read any more is still a loss."""
    try:
        raw = (data_folder / folder.LOSSES_FILE).read_bytes()
    except FileNotFoundError:
        return ()
    except OSError:
        return (Loss(tip=0, log_copy_number=0, slot=None),)
    return tuple(_decode_loss(raw[at : at + _LOSS_BYTES]) for at in range(0, len(raw) or 1, _LOSS_BYTES))


def add_loss(data_folder: Path, earlier: tuple[Loss, ...], found: Loss) -> tuple[Loss, ...]:
    """Keep one more, durably, unless a start that was cut off kept it already.

    Raises:
        OSError: it could not be written.
    """
    if any((loss.slot, loss.slot or loss.tip) == (found.slot, found.slot or found.tip) for loss in earlier):
        return earlier
    losses = (*earlier, found)
    folder.write_durably(data_folder / folder.LOSSES_FILE, b"".join(_encode_loss(loss) for loss in losses))
    return losses


def remove_losses(data_folder: Path) -> None:
    """Someone has seen them.

    Raises:
        OSError: the file could not be removed.
    """
    (data_folder / folder.LOSSES_FILE).unlink(missing_ok=True)
    folder.sync_folder(data_folder)


def _encode_loss(loss: Loss) -> bytes:
    body = _HEADER.pack(loss.tip, loss.log_copy_number) + (
        anchor_slot.encode_slot(loss.slot) if loss.slot else bytes(SLOT_BYTES)
    )
    return body + hashlib.sha256(body).digest()


def _decode_loss(raw: bytes) -> Loss:
    body = raw[:-_CHECKSUM_BYTES]
    if len(raw) != _LOSS_BYTES or hashlib.sha256(body).digest() != raw[-_CHECKSUM_BYTES:]:
        return Loss(tip=0, log_copy_number=0, slot=None)
    tip, aside = _HEADER.unpack_from(body)
    slot = anchor_slot.decode_slot(body[_HEADER.size :])
    if slot and tip >= slot.seq:
        # The sum needs no key: this says that fewer than no lines are missing.
        return Loss(tip=0, log_copy_number=0, slot=None)
    return Loss(tip=tip, log_copy_number=aside, slot=slot)
