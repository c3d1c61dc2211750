"""Which rows of a ring count: rows that no member wrote are ignored, and do not block the ring."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.vault.key_directory import KeyDirectory
from clinic_toolkit.vault.ring_grants import opens_for_us
from clinic_toolkit.vault.ring_statements import FIRST_GENERATION, lists_member, select_valid_statements
from clinic_toolkit.vault.user_keys import UserKeys

# A row of the statements, and this clinician's sealed grant of that generation.
Generation = tuple[Any, bytes | None]


def select_generations(
    db: Connection, user_keys: UserKeys, directory: KeyDirectory, generations: list[Generation]
) -> list[Generation]:
    """Select the rows of one ring that members wrote; most rings have one row, which is not verified here.

    A grant that opens was sealed by this clinician, or by who was an executor of the clinician, so its
    generation is real. If its statement does not verify, the
    statements up to there are kept, and `OpenRings.get_key` then refuses the ring. The rows of a colleague's
    ring are all kept, because no key is opened with them.
    """
    (first, first_sealed), user_id = generations[0], user_keys.user_id
    if len(generations) == 1 and first_sealed is not None and first.generation == FIRST_GENERATION:
        return generations
    opening = [opens_for_us(user_keys, row.ring, row.generation, sealed) for row, sealed in generations]
    if all(opening):
        return generations
    has_grant = any(sealed is not None for _, sealed in generations)
    if not has_grant and not any(lists_member(row.members, user_id) for row, _ in generations):
        return generations if _is_of_colleague(db, directory, user_id, first.grantor) else []
    valid = select_valid_statements(user_keys.vault_id, directory, [row for row, _ in generations])
    last_opening = max((index for index, opens in enumerate(opening) if opens), default=-1)
    if last_opening >= 0 and generations[last_opening][0] not in valid:
        return generations[: last_opening + 1]
    return [(row, sealed) for row, sealed in generations if row in valid]


def _is_of_colleague(db: Connection, directory: KeyDirectory, user_id: UUID, grantor: UUID) -> bool:
    return grantor != user_id and directory.knows_user(db, grantor)
