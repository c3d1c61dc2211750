"""A copy of a practice's own questionnaire for a hand-over, with only what the client reads.

The process that shows a form to a client has no keys, so it cannot decrypt the sealed definition. Everything
that is for the clinician only is left out of the copy.
"""

import zlib
from dataclasses import replace

import msgspec

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.instruments.model import EvidenceCard, Guidance, Instrument

# It has to fit into the ticket pipe together with the rest of the ticket.
MAX_PACKED_BYTES = 48 * 1024
_MAX_UNPACKED_BYTES = 4_000_000
_BLANK = "–"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Instrument).decode


class TooLongToHandOver(ClinicError):
    """The questions are too long for a ticket."""

    def __init__(self) -> None:
        super().__init__(
            "This questionnaire is too long to be handed over. Ask it together, or give the blank form on "
            "paper."
        )


def encode_client_copy(instrument: Instrument, *, general: bool) -> bytes:
    """Pack the questionnaire as the client sees it.

    Args:
        general: include the wording for people in general, and not the one about one person.

    Raises:
        TooLongToHandOver: the packed copy is larger than `MAX_PACKED_BYTES`.
    """
    packed = zlib.compress(_encode(_without_clinician_parts(instrument, general=general)), 9)
    if len(packed) > MAX_PACKED_BYTES:
        raise TooLongToHandOver
    return packed


def decode_client_copy(packed: bytes) -> Instrument:
    """Unpack a copy that `encode_client_copy` made.

    Raises:
        ValueError: the bytes are not such a copy.
    """
    try:
        return _decode(zlib.decompressobj().decompress(packed, _MAX_UNPACKED_BYTES))
    except zlib.error as error:
        raise ValueError("not a questionnaire") from error


def can_be_handed_over(instrument: Instrument) -> bool:
    """Whether it is short enough to be handed over, in both wordings."""
    try:
        return all(encode_client_copy(instrument, general=general) for general in (False, True))
    except TooLongToHandOver:
        return False


def _without_clinician_parts(instrument: Instrument, *, general: bool) -> Instrument:
    texts = [(item.text_general if general else item.text) for item in instrument.items]
    items = tuple(
        replace(item, text=text, text_general=text, safety_flag=SafetyFlag.NONE, frames_not_fitting=())
        for item, text in zip(instrument.items, texts, strict=True)
    )
    facets = tuple(
        replace(facet, name=facet.id, client_phrase=facet.id, follow_up=(), avoid=())
        for facet in instrument.facets
    )
    card = EvidenceCard(
        level=instrument.evidence.level,
        author=_BLANK,
        licence=_BLANK,
        item_sources=_BLANK,
        not_known=_BLANK,
        translations=_BLANK,
        use=_BLANK,
        not_for=_BLANK,
    )
    return replace(
        instrument,
        clinician_name=_BLANK,
        about=_BLANK,
        result_heading=_BLANK,
        introduction=(),
        introduction_general=(),
        clinician_notes=(),
        guidance=Guidance(),
        bands=(),
        facets=facets,
        items=items,
        evidence=card,
    )
