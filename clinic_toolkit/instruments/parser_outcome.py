"""How a parser process ended. A module of its own, because the keeper imports little else."""

from enum import StrEnum


class ParserOutcome(StrEnum):
    """`SLOW` and `LARGE` are caused by the file, `BROKEN` is not; only after `DONE` is there a reply."""

    DONE = "done"
    SLOW = "slow"
    LARGE = "large"
    BROKEN = "broken"
