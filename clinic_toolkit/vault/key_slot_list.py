"""The slot list as found at unlock: which key slots a clinician is known to have made."""

from uuid import UUID

from msgspec import Struct


class KeySlotList(Struct, frozen=True, kw_only=True):
    """The slot list as found at unlock.

    Attributes:
        generation: the number of the list; every change of a slot raises it.
        intact: whether the stored slots are exactly those that this clinician authenticated last; for an
            executor, who cannot check that, only whether the list has the number that the audit log names.
        trusted_slots: the slots that this clinician is known to have made.
    """

    generation: int
    intact: bool
    trusted_slots: frozenset[UUID]

    def compare_generation(self, logged: int, *, log_complete: bool) -> "KeySlotList":
        """Compare the list with the generation in the audit log; returns one without trust if they differ.

        Otherwise an attacker could restore an older slot together with its own list, or those of a copied
        folder, and unlock with a replaced secret unnoticed.

        Args:
            logged: the highest generation that an audit entry names, 0 if none does.
            log_complete: whether every entry could be read; if not, an unreadable one may name a newer list.
        """
        if self.generation < logged or (log_complete and 0 < logged < self.generation):
            return KeySlotList(
                generation=max(self.generation, logged), intact=False, trusted_slots=frozenset()
            )
        return self
