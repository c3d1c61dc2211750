"""The secrets of a practice as bytes and texts, taken from its own folder, to look for them elsewhere."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.store.opening import open_read_only
from clinic_toolkit.vault import key_slots, recovery_sheet
from tests.reliability import traces


def keys_of(data: Path, words: str) -> dict[str, bytes]:
    """Every raw key: the user's three, those of all rings, and those of forms in a client's hands."""
    with open_read_only(data) as look:
        vault = key_slots.unlock_with_passphrase(look.db, words)
        rings = vault._rings._rings.items()
        found = {f"the key of ring {id.hex[:8]}": ring.key._root for id, ring in rings}
        out = {
            f"K_h of {kept.id.hex[:8]}": kept.payload.handover_key
            for kept in clinician_side.list_open_handovers(look.db, vault)
        }
        held = key_slots.open_keys_with_passphrase(look.db, vault.user_id, words)
        own = {
            "the user key": held.unlocked_keys.user_key,
            "the signing seal key": held.unlocked_keys.signing_seal_key,
            "the user key for psychotherapy notes": held.psychotherapy_key,
        }
        return found | {name: key for name, key in (own | out).items() if key}


def sheet_spellings(groups: Iterable[str]) -> dict[str, bytes]:
    """The sheet's secret, its eight groups one by one, and all in a row."""
    groups = list(groups)
    found = {"the secret of the sheet": recovery_sheet.decode_groups(" ".join(groups))}
    for between in ("", " ", "-"):
        found[f"the sheet, with {between!r}"] = between.join(groups).encode()
    for number, group in enumerate(groups, 1):
        # Too short for the spellings that depend on their neighbours.
        found[f"group {number}"] = group.encode()
        found[f"group {number}, UTF-16"] = group.encode("utf-16-le")
    return found


def key_spellings(keys: dict[str, bytes]) -> dict[str, bytes]:
    """Each key as it is, in hex and in base64."""
    return dict(_spelled(keys))


def text_spellings(texts: dict[str, str]) -> dict[str, bytes]:
    """Each text in every spelling in which a program might have written it."""
    found: dict[str, bytes] = {}
    for name, text in texts.items():
        found |= {f"{name}, {spelling}": raw for spelling, raw in traces.spellings(text).items()}
    return found


def short_spellings(name: str, text: str) -> dict[str, bytes]:
    """A text too short for base64, in the spellings that do not depend on their neighbours."""
    whole = traces.spellings(text)
    return {f"{name}, {spelling}": raw for spelling, raw in whole.items() if "base64" not in spelling}


def _spelled(keys: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, key in keys.items():
        yield name, key
        yield f"{name}, hex", key.hex().encode()
        # Without the ends, which depend on what stands beside it.
        for start in range(3):
            yield f"{name}, base64 from {start}", traces.middle_of_base64(key, start)
