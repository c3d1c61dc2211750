"""The unlocked vault of one clinician: what `record` is given, and the only door to plaintext."""

import secrets
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Row

from clinic_toolkit.crypto.encoding import Blank, Field, Gap, u64
from clinic_toolkit.crypto.seal import SUITE, NotOpened, SealingKey
from clinic_toolkit.crypto.signature import verify
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.statements import SealedRow
from clinic_toolkit.store.types import often
from clinic_toolkit.vault.envelope import RANDOM_BYTES, Envelope, NotAnEnvelope, content_id, pack, unpack
from clinic_toolkit.vault.holder import Holder
from clinic_toolkit.vault.inventory import Inventory
from clinic_toolkit.vault.rings import RingDirectory, RingKey, UnknownRing

# Another key, place or bytes; the last where a version is below nothing.
_REFUSED = (NotOpened, NotAnEnvelope, ValueError)


class SealBroken(ClinicError):
    """A stored record is not what was written at its place. It is never shown, not even in part."""

    def __init__(self, *, table: str, record: UUID) -> None:
        super().__init__(
            f"One stored entry ({table} {record.hex[:8]}) is damaged or was changed outside this program. "
            "It is not shown. Everything else can be used; a backup may still hold it."
        )
        self.table = table
        self.record = record


class OwnRingLost(ClinicError):
    """The clinician's own ring may be one that does not open, so none is made in its place."""

    def __init__(self) -> None:
        super().__init__(
            "What you type here is not saved until you press the button: the key for unfinished forms is "
            "damaged or missing in the data file. A backup may hold it. Everything else can be saved as "
            "before."
        )


class Sealed(Struct, frozen=True, kw_only=True):
    """What goes into a row, and what the audit line and later versions refer to."""

    kid: bytes
    blob: bytes
    content_id: bytes
    signature: bytes | None


class Door(NamedTuple):
    """What opens and seals the rows of one table in one ring; `place` lacks only record and version."""

    ring: UUID
    key: SealingKey
    place: Blank


class WaysIn(Struct, frozen=True, kw_only=True):
    """The list of slots as found at unlock.

    Its generation, whether this user key vouched for exactly these slots, and which ones it vouches for.
    """

    generation: int
    intact: bool
    vouched: frozenset[UUID]


class Vault:
    """One clinician's keys, rings and signature. Lives in the worker's memory and ends with it."""

    def __init__(self, holder: Holder, incarnation: UUID, rings: RingDirectory) -> None:
        self._holder = holder
        self._rings = rings
        self._doors: dict[tuple[str, bytes], Door] = {}
        self.incarnation = incarnation
        self.ways_in = WaysIn(generation=0, intact=True, vouched=frozenset())
        # What is wrong with the head of the practice or its second copy: a word of `second_copy`, or "".
        self.head_fault = ""
        # Whether this entry replaced the slot of the passphrase by one that costs more.
        self.cost_raised = False
        # What was opened with these keys, by table; it lives exactly as long as they do.
        self.memory: dict[str, dict[int, Any]] = {}
        # What should be there, told from the audit trail when it is first needed; and what is not as it
        # was written, by record.
        self.inventory: Inventory | None = None
        self.hurt: dict[bytes, Any] = {}
        # What is shown although no line names it: the line that may have named it cannot be read.
        self.unconfirmed: dict[bytes, Any] = {}

    def __repr__(self) -> str:
        return "<Vault>"

    def __reduce__(self) -> str:
        raise TypeError("a vault is never pickled")

    @property
    def vault_id(self) -> UUID:
        """The practice's vault."""
        return self._holder.vault_id

    @property
    def user_id(self) -> UUID:
        """The clinician."""
        return self._holder.user_id

    @property
    def public_key(self) -> bytes:
        """One's own Ed25519 key, taken from one's own sealed identity and never from a row."""
        return self._holder.signing.public_key

    @property
    def slot_generation(self) -> int:
        """The number of the list of ways in, for the audit trail: an older list has a lower one."""
        return self.ways_in.generation

    @property
    def slots_intact(self) -> bool:
        """False if the ways in are not the ones this clinician last made. Shown at unlock."""
        return self.ways_in.intact

    def compare_ways_in(self, named: int, *, complete: bool) -> None:
        """Compare the list with the number that the audit trail names; another one vouches for no slot.

        Whoever puts a slot of another time back with its own list, or one of a copied folder, would
        otherwise come in by the secret of that list unseen.

        Args:
            named: the number, 0 if no line names one.
            complete: every line could be read; else a newer list may have been named by another.
        """
        generation = self.ways_in.generation
        if generation < named or (complete and 0 < named < generation):
            self.ways_in = WaysIn(generation=max(generation, named), intact=False, vouched=frozenset())

    @property
    def damaged_rings(self) -> frozenset[UUID]:
        """Rings whose grant to this clinician is missing or could not be opened."""
        return self._rings.damaged

    @property
    def practice_ring(self) -> UUID:
        """The practice's own ring: settings, own definitions, audit bodies."""
        return self._rings.of(self.vault_id, "practice")

    @property
    def own_ring(self) -> UUID | None:
        """The clinician's own ring, which nobody else is ever a member of; None if it does not open."""
        try:
            return self._rings.of(self.user_id, "own")
        except UnknownRing:
            return None

    def begin_own_ring(self, db: Connection) -> UUID:
        """The clinician's own ring, made now if there never was one.

        Raises:
            OwnRingLost: a ring is there, or is named by the trail, that does not open: it may be this one.
        """
        if self.own_ring:
            return self.own_ring
        named = self.inventory.rings() if self.inventory else set()
        if self.damaged_rings or not all(self.holds(often(ring)) for ring in named):
            raise OwnRingLost
        return self.new_ring(db, owner=self.user_id, ring_class="own")

    def seal(
        self, *, table: str, record: UUID, version: int, ring: UUID, body: bytes, sign: str | None = None
    ) -> Sealed:
        """Seal one version of one record for exactly this place.

        Args:
            sign: a signature label such as "sig/note"; the signature covers the content id and goes
                inside the seal.

        Raises:
            SealBroken: the ring is not open to this clinician, or its statement does not hold.
        """
        try:
            key = self._rings.key(ring)
        except NotOpened:
            raise SealBroken(table=table, record=record) from None
        door = self._door(table, key)
        random = secrets.token_bytes(RANDOM_BYTES)
        named = content_id(random, body)
        signature = self.sign(sign, self.vault_id, record, version, named) if sign else None
        packed = pack(Envelope(body=body, random=random, signed_as=sign, signature=signature))
        blob = door.key.seal(packed, door.place.fill(record.bytes, u64(version)))
        return Sealed(kid=key.kid, blob=blob, content_id=named, signature=signature)

    def open(
        self, *, table: str, record: UUID, version: int, ring: UUID, kid: bytes, blob: bytes
    ) -> Envelope:
        """Open one version of one record; a signature that lies in it is not checked here.

        Raises:
            SealBroken: any byte, or the place, differs from what was sealed.
        """
        try:
            return self._opened(table, record, version, ring, kid, blob)
        except _REFUSED:
            raise SealBroken(table=table, record=record) from None

    def open_all(self, table: str, rows: Iterable[SealedRow | Row[Any]]) -> list[Envelope | None]:
        """`open` for many rows of one table; None for one that is not what was sealed at its place."""
        found: list[Envelope | None] = []
        for row in rows:
            try:
                inside = self._opened(table, row.record, row.version, row.ring, row.kid, row.sealed)
            except _REFUSED:
                found.append(None)
            else:
                found.append(inside)
        return found

    def _opened(
        self, table: str, record: UUID, version: int, ring: UUID, kid: bytes, blob: bytes
    ) -> Envelope:
        door = self._doors.get((table, kid))
        if door is None or door.ring != ring:
            door = self._door(table, self._rings.key(ring, kid))
        return unpack(door.key.open(blob, door.place.fill(record.bytes, u64(version))))

    def sign(self, label: str, *fields: Field) -> bytes:
        """Sign for one purpose with the clinician's key."""
        return self._holder.signing.sign(label, *fields)

    def signed(self, label: str, *, record: UUID, version: int, content_id: bytes, signature: bytes) -> bool:
        """Whether this clinician signed this content, as this version of this record, for this purpose."""
        return verify(self.public_key, label, self.vault_id, record, version, content_id, signature=signature)

    def new_ring(self, db: Connection, *, owner: UUID, ring_class: str) -> UUID:
        """Make a ring; see `RingDirectory.begin`. It is forgotten again if `db` does not commit."""
        return self._rings.begin(db, owner, ring_class)

    def ring_of(self, owner: UUID, ring_class: str) -> UUID:
        """The ring of an owner and class.

        Raises:
            rings.UnknownRing: there is none that this clinician may open.
        """
        return self._rings.of(owner, ring_class)

    def holds(self, ring: UUID) -> bool:
        """Whether this clinician has a grant to the ring."""
        return self._rings.holds(ring)

    def learn_rings(self, db: Connection, named: Iterable[bytes]) -> None:
        """Open the rings of these that are not open yet: another window may have made them since."""
        if not all(self.holds(often(ring)) for ring in named):
            self._rings.load(db)

    def owner(self, ring: UUID) -> UUID | None:
        """Whose ring this is, or None if it is not open to this clinician."""
        return self._rings.owner(ring)

    def owners(self, ring_class: str) -> list[UUID]:
        """Everyone who has a ring of this class, in the order the rings were made."""
        return self._rings.owners(ring_class)

    def user_key(self) -> bytes:
        """The user key itself: only for wrapping it in a slot or for the quick return."""
        return self._holder.user_key

    def _door(self, table: str, key: RingKey) -> Door:
        door = self._doors.get((table, key.kid))
        if door is None:
            # What is needed to find the row, and no more: moving a sealed blob to another row, table,
            # version or ring makes it unreadable. Author, times and state are inside.
            place = Blank("rec", self.vault_id, SUITE, table, Gap(16), Gap(8), key.ring, key.kid)
            door = self._doors[table, key.kid] = Door(ring=key.ring, key=key.key, place=place)
        return door
