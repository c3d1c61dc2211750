"""Reflections: what was said while a result was discussed, stored in its administration."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    Administration,
    AdministrationEvent,
)
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
    """Save what was said while the result was discussed.

    Args:
        wrong: what the client says is wrong in the result.
        own_words: the result in the client's own words.
        next_step: what comes next.
        remarks_on_client_page: the indexes, from 0, of the items whose remark the client wants on their page.
        corrections: the sentences of the result that the client corrected.
        expected_version: the version that the page showed.

    Raises:
        StaleVersion: it was changed in another window after it was opened here.
    """
    if current.version != expected_version:
        raise records.StaleVersion
    payload = msgspec.structs.replace(
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
            ADMINISTRATION,
            current,
            payload,
            state=current.state,
            event=AdministrationEvent.REFLECTED,
            now=now,
        )
    return records.replace_draft(
        db,
        vault,
        ADMINISTRATION,
        current,
        payload,
        state=current.state,
        event=AdministrationEvent.REFLECTED,
        now=now,
    )
