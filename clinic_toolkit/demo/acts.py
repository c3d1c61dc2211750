"""An act of the demo and its time, and what the acts share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.vault.vault import Vault


@dataclass(kw_only=True)
class DemoState:
    """What every act uses, and what earlier acts created, by file name."""

    db: Connection
    vault: Vault
    clients: dict[str, RecordVersion[Client]] = field(default_factory=dict)
    cases: dict[str, RecordVersion[Case]] = field(default_factory=dict)
    relationships: dict[tuple[str, str], RecordVersion[Relationship]] = field(default_factory=dict)


Act = Callable[[DemoState, datetime], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """An act and its time."""

    at: datetime
    act: Act
