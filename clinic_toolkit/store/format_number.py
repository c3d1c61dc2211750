"""The number of the stored format, which stands in the header of the data file.

Imports nothing of the store, so that a start can look at the number without loading what reads a store.
"""

from pathlib import Path

# 1 to 7 were drafts. In 1, audit events and some contents of records were English sentences. In 2, the
# settings of a clinician lay with those of the practice, and there was no directory of public keys. In 3, a
# contact held no key, and a grant of a ring said nothing of who had made the ring. In 4, a key slot held the
# user key alone, under which the private signing key lay, and there was no key for psychotherapy notes.
# In 5, nothing could be erased. In 6, an executor could have authenticated the list of key slots. In 7,
# nobody could be brought back from a backup. In 8, there were no worksheets of a practice's own,
# and none came back as files. In 9, a signed note could not be corrected, and hours did not repeat.
FORMAT_VERSION = 10
_NUMBER_AT, _NUMBER_BYTES = 60, 4


def read_header_number(file: Path) -> int | None:
    """The number in the header of this file; None if it cannot be read.

    What a stopped program left in the log beside the file may say a higher one.
    """
    try:
        with file.open("rb") as source:
            source.seek(_NUMBER_AT)
            raw = source.read(_NUMBER_BYTES)
    except OSError:
        return None
    return int.from_bytes(raw) if len(raw) == _NUMBER_BYTES else None
