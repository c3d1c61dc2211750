"""What is stored about the practice's rule of how long a record is kept."""

from enum import StrEnum

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

retention_rule_table = sealed_table("retention_rule")


class RetentionRuleState(StrEnum):
    """The state of the rule."""

    CONFIRMED = "confirmed"


class RetentionRuleEvent(StrEnum):
    """What the audit log says was done to the rule."""

    CONFIRMED = "retention.rule_confirmed"


class RetentionRule(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """How many years after the last session the record of an adult is kept, as the clinician confirmed it."""

    years: int


RETENTION_RULE = register_kind(
    RecordKind(
        table=retention_rule_table,
        payload_type=RetentionRule,
        states=RetentionRuleState,
        events=RetentionRuleEvent,
        nouns=RecordNouns(in_sentence="the rule of how long records are kept", one="the rule", many="rules"),
    )
)
