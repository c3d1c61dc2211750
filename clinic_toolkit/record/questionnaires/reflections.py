"""Reflections: what was said while a result was looked at together, kept with its administration."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires.administrations import Administration, administration_table
from clinic_toolkit.record.questionnaires.corrections import Correction
from clinic_toolkit.vault.vault import Vault


def record_reflection(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Administration],
    *,
    wrong: str,
    own_words: str,
    next_step: str,
    remarks_on_client_page: tuple[int, ...],
    corrections: tuple[Correction, ...] = (),
    expected_version: int,
    now: datetime,
) -> RecordVersion[Administration]:
    """Keep what was said while looking at it together: where it is wrong, in whose words, what next.

    Args:
        remarks_on_client_page: the places, counted from 0, whose words the client wants on their page.
        corrections: the lines of what was told that the client said otherwise.

    Raises:
        StaleVersion: it was changed in another window after it was opened here.
    """
    if current.version != expected_version:
        raise records.StaleVersion
    body = msgspec.structs.replace(
        current.payload,
        wrong=wrong,
        own_words=own_words,
        next_step=next_step,
        remarks_on_client_page=remarks_on_client_page,
        corrections=corrections,
    )
    if current.final:
        return records.append_version(
            db,
            vault,
            administration_table,
            current,
            body,
            state=current.state,
            event="administration.reflected",
            now=now,
        )
    return records.replace_draft(
        db,
        vault,
        administration_table,
        current,
        body,
        state=current.state,
        event="administration.reflected",
        now=now,
    )
