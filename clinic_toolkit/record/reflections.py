"""Reflections: what was said while a result was looked at together, kept with its administration."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.record import rows
from clinic_toolkit.record.administrations import Administration, administration
from clinic_toolkit.record.corrections import Correction
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.vault.vault import Vault


def keep(
    db: Connection,
    vault: Vault,
    seen: Kept[Administration],
    *,
    wrong: str,
    own_words: str,
    next_step: str,
    taken: tuple[int, ...],
    put_right: tuple[Correction, ...] = (),
    seen_version: int,
    now: datetime,
) -> Kept[Administration]:
    """Keep what was said while looking at it together: where it is wrong, in whose words, what next.

    Args:
        taken: the places, counted from 0, whose words the client wants on their page.
        put_right: the lines of what was told that the client said otherwise.

    Raises:
        rows.Stale: it was changed in another window after it was opened here.
    """
    if seen.version != seen_version:
        raise rows.Stale
    body = msgspec.structs.replace(
        seen.body, wrong=wrong, own_words=own_words, next_step=next_step, taken=taken, put_right=put_right
    )
    if seen.final:
        return rows.append(
            db, vault, administration, seen, body, state=seen.state, event="administration.reflected", now=now
        )
    return rows.rewrite(
        db, vault, administration, seen, body, state=seen.state, event="administration.reflected", now=now
    )
