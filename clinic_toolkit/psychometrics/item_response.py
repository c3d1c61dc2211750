"""The protocol of one answer for the rules; `record.values.page_values.AnsweredItem` implements it."""

from typing import Protocol


class ItemResponse(Protocol):
    """One item as answered.

    `status` is "answered", "declined", "did_not_come_up" or "not_reached". `wants_to_talk` is the client's
    mark "let's talk about this", which may be set with or without an answer.
    """

    @property
    def item_id(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def value(self) -> int | None: ...

    @property
    def wants_to_talk(self) -> bool: ...
