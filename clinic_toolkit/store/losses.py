"""What was found missing and not yet seen by a person, kept on the disk until it was.

The anchor goes on from where the chain stands now, so the loss needs a place of its own: a crash
before anyone has read of it must not make it disappear.
"""

import hashlib
import struct
from pathlib import Path

from msgspec import Struct

from clinic_toolkit.store import anchor_slot, folder
from clinic_toolkit.store.anchor_slot import SLOT, Slot

_HEAD = struct.Struct(">QQ")
_SUM = 32
_NOTE = _HEAD.size + SLOT + _SUM


class Loss(Struct, frozen=True, kw_only=True):
    """One finding: the chain ended at line `tip`, the anchor knew of more.

    `slot` is None when there was no anchor that could be read, and `aside` 0 when no log was copied.
    """

    tip: int
    aside: int
    slot: Slot | None


def read(place: Path) -> tuple[Loss, ...]:
    """The losses that wait to be seen. One that cannot be read any more is still a loss."""
    try:
        raw = (place / folder.LOSSES).read_bytes()
    except FileNotFoundError:
        return ()
    except OSError:
        return (Loss(tip=0, aside=0, slot=None),)
    return tuple(_decode(raw[at : at + _NOTE]) for at in range(0, len(raw) or 1, _NOTE))


def add(place: Path, earlier: tuple[Loss, ...], found: Loss) -> tuple[Loss, ...]:
    """Keep one more, durably, unless a start that was cut off kept it already.

    Raises:
        OSError: it could not be written.
    """
    if any((loss.slot, loss.slot or loss.tip) == (found.slot, found.slot or found.tip) for loss in earlier):
        return earlier
    losses = (*earlier, found)
    folder.durably(place / folder.LOSSES, b"".join(_encode(loss) for loss in losses))
    return losses


def forget(place: Path) -> None:
    """Someone has seen them.

    Raises:
        OSError: the file could not be removed.
    """
    (place / folder.LOSSES).unlink(missing_ok=True)
    folder.settle(place)


def _encode(loss: Loss) -> bytes:
    body = _HEAD.pack(loss.tip, loss.aside) + (anchor_slot.encode(loss.slot) if loss.slot else bytes(SLOT))
    return body + hashlib.sha256(body).digest()


def _decode(raw: bytes) -> Loss:
    body = raw[:-_SUM]
    if len(raw) != _NOTE or hashlib.sha256(body).digest() != raw[-_SUM:]:
        return Loss(tip=0, aside=0, slot=None)
    tip, aside = _HEAD.unpack_from(body)
    slot = anchor_slot.decode(body[_HEAD.size :])
    if slot and tip >= slot.seq:
        # The sum needs no key: this says that fewer than no lines are missing.
        return Loss(tip=0, aside=0, slot=None)
    return Loss(tip=tip, aside=aside, slot=slot)
