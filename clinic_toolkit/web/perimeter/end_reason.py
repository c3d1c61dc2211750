"""Why a worker ends. It ends in the same way for each; the reason is for tests and for readers of the code.

Whether the next page asks for the return code or the passphrase follows from the keeper: it asks for the code
while the keeper holds a blob of a quick return.
"""

from enum import StrEnum


class EndReason(StrEnum):
    """Why this process ends and takes the keys with it."""

    COVERED = "covered"
    LOCKED = "locked"
    QUIT = "quit"
    HANDED_OVER = "handed over"
    IDLE = "idle"
    SUSPENDED = "suspended"
    EIGHT_HOURS = "eight hours"
    REFUSED = "wrong secret"
    WRONG_CODES = "wrong codes"
    MISTYPED_SHEET = "mistyped sheet"
    NOT_OPENED = "not opened"
    NOT_LET_IN = "not let in"
    POSTED_WHILE_LOCKED = "posted while locked"
    KEYS_REPLACED = "keys replaced"
    POSTED_IN_VAIN = "posted in vain"
