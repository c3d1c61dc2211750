"""The status of an answer, and the protocol of one answer for the rules.

`record.values.page_values.AnsweredItem` implements the protocol.
"""

from enum import StrEnum
from typing import Protocol


class ResponseStatus(StrEnum):
    """Whether a question was answered, and if not, why. The order is stored: the first is 0 in its byte."""

    NOT_REACHED = "not_reached"
    ANSWERED = "answered"
    DECLINED = "declined"
    DID_NOT_COME_UP = "did_not_come_up"


class ItemResponse(Protocol):
    """One item as answered.

    `wants_to_talk` is the client's mark "let's talk about this", which may be set with or without an answer.
    """

    @property
    def item_id(self) -> str: ...

    @property
    def status(self) -> ResponseStatus: ...

    @property
    def value(self) -> int | None: ...

    @property
    def wants_to_talk(self) -> bool: ...
