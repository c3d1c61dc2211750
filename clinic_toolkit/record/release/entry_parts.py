"""The parts of an entry of a release: its texts, each with a key of its own, and its facts."""

from collections.abc import Iterable
from uuid import UUID

from clinic_toolkit.record.values.release_values import ReleaseText


def list_texts(record: UUID, pairs: Iterable[tuple[str, str]]) -> tuple[ReleaseText, ...]:
    """Return the texts that are not empty, each with a key of its own."""
    return tuple(
        ReleaseText(key=f"{record.hex}-{place}", label=label, text=text.strip())
        for place, (label, text) in enumerate(pairs)
        if text.strip()
    )


def with_values(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the facts that have a value."""
    return tuple((label, value) for label, value in pairs if value)
