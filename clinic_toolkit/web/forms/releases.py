"""Forms of a release: what goes, to whom and on whose word; and of a copy of the whole record."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self
from uuid import UUID

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record.release.disclosures import (
    NOT_THE_CLIENTS_CHOICE,
    DisclosureTerms,
    NotAskedInPrivate,
    SubpoenaIsNoAuthorisation,
)
from clinic_toolkit.record.release.release_content import ReleaseRequest
from clinic_toolkit.record.values.release_values import ReleaseBasis, ReleaseScope
from clinic_toolkit.web.content.release_words import BASIS_CHOICES
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.day_ranges import DayRangeForm

MAX_WORDS = 300
PARTNER_PREFIX = "agreed-"


class ReleaseForm(DayRangeForm):
    """What of a record goes, for what, to whom, and on whose word.

    `joint_cases` are the couples of the client, each with its two clients; the day on which each of the two
    agreed is a field of its own.
    """

    purpose = fields.line_field("What it is for", limit=MAX_WORDS, needed="Write what it is for.")
    recipient = fields.line_field("Who gets it", limit=MAX_WORDS, needed="Write who gets it.")
    basis = StringField("On whose word")
    basis_words = fields.line_field("Which paper, of which day", limit=MAX_WORDS)
    destination = fields.line_field(
        "Where it goes", limit=MAX_WORDS, needed="Write where it goes: handed over, by post, as a file."
    )
    asked = fields.checkbox_field("Asked in private")
    questionnaires = fields.checkbox_field("Questionnaires")
    worksheets = fields.checkbox_field("Worksheets")
    risk_entries = fields.checkbox_field("Risk entries")
    joint_cases: Sequence[tuple[UUID, tuple[UUID, ...]]]
    typed: Any

    @classmethod
    def for_client(cls, typed: Any, joint_cases: Sequence[tuple[UUID, tuple[UUID, ...]]]) -> Self:
        """Make the form for one client."""
        form = cls(typed)
        form.joint_cases, form.typed = joint_cases, typed or {}
        return form

    def validate_basis(self, field: StringField) -> None:
        """Require a choice that allows a release."""
        if field.data not in {choice[0] for choice in BASIS_CHOICES}:
            raise ValidationError("Choose on whose word it goes.")
        if field.data == ReleaseBasis.SUBPOENA:
            raise ValidationError(SubpoenaIsNoAuthorisation().sentence)

    def validate_basis_words(self, field: StringField) -> None:
        """Require the paper where something goes on the word of one."""
        papers = (ReleaseBasis.AUTHORISATION, ReleaseBasis.COURT_ORDER, ReleaseBasis.LAW)
        if self.basis.data in papers and not field.data:
            raise ValidationError("Write which paper or which law that is, and its day.")

    def validate_asked(self, field: Any) -> None:
        """Require that the client was asked alone, unless it is not for the client to decide."""
        if not field.data and self.basis.data not in NOT_THE_CLIENTS_CHOICE:
            raise ValidationError(NotAskedInPrivate().sentence)

    def find_errors(self) -> dict[str, Any]:
        """What is missing, by field; a joint record that was chosen needs the day of both."""
        self.validate()
        missing = {
            f"{PARTNER_PREFIX}{case.hex}-{partner.hex}": ["Write the day on which this client agreed."]
            for case, partners in self.joint_cases
            if self._days_of(case, partners).count(None) == 1
            for partner in partners
            if self._day_of(case, partner) is None
        }
        return dict(self.errors) | missing

    def request(self) -> ReleaseRequest:
        """What is asked for."""
        return ReleaseRequest(
            scope=ReleaseScope.PROGRESS,
            from_day=self.from_day.data,
            to_day=self.to_day.data,
            purpose=self.purpose.data,
            recipient=self.recipient.data,
            with_questionnaires=self.questionnaires.data,
            with_worksheets=self.worksheets.data,
            with_risk_entries=self.risk_entries.data,
            joint_cases=frozenset(case for case, _ in self._agreed()),
        )

    def terms(self) -> DisclosureTerms:
        """On whose word it goes, and where."""
        return DisclosureTerms(
            basis=ReleaseBasis(self.basis.data or ""),
            basis_words=self.basis_words.data,
            was_asked_in_private=self.asked.data,
            destination=self.destination.data,
            joint_consents=tuple(consent for _, consents in self._agreed() for consent in consents),
        )

    def page_values(self) -> dict[str, Any]:
        """The fields as the template shows them."""
        values: dict[str, Any] = self.data | self.from_day.page_values | self.to_day.page_values
        return values | {name: self.typed[name] for name in self.typed if name.startswith(PARTNER_PREFIX)}

    def _agreed(self) -> list[tuple[UUID, tuple[tuple[UUID, date], ...]]]:
        """The couples of whom both agreed, with the day of each."""
        found = []
        for case, partners in self.joint_cases:
            days = self._days_of(case, partners)
            if len(partners) > 1 and None not in days:
                pairs = tuple((partner, day) for partner, day in zip(partners, days, strict=True) if day)
                found.append((case, pairs))
        return found

    def _days_of(self, case: UUID, partners: tuple[UUID, ...]) -> list[date | None]:
        return [self._day_of(case, partner) for partner in partners]

    def _day_of(self, case: UUID, partner: UUID) -> date | None:
        try:
            return date.fromisoformat(str(self.typed.get(f"{PARTNER_PREFIX}{case.hex}-{partner.hex}", "")))
        except ValueError:
            return None


class WholeRecordForm(Form):
    """A copy of everything for the client: who gets it and where it goes."""

    recipient = fields.line_field("Who gets it", limit=MAX_WORDS, needed="Write who gets it.")
    destination = fields.line_field(
        "Where it goes", limit=MAX_WORDS, needed="Write where it goes: handed over, by post, as a file."
    )
    asked = fields.checkbox_field("Asked in private")

    def validate_asked(self, field: Any) -> None:
        """Require that the client was asked alone."""
        if not field.data:
            raise ValidationError(NotAskedInPrivate().sentence)

    def request(self) -> ReleaseRequest:
        """Everything, of all days."""
        return ReleaseRequest(
            scope=ReleaseScope.WHOLE,
            from_day=None,
            to_day=None,
            purpose="The client’s right to have a copy",
            recipient=self.recipient.data,
            with_risk_entries=True,
        )

    def terms(self) -> DisclosureTerms:
        """On the client's own word."""
        return DisclosureTerms(
            basis=ReleaseBasis.CLIENT_ASKED,
            basis_words="",
            was_asked_in_private=self.asked.data,
            destination=self.destination.data,
        )
