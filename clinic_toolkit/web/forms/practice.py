"""Forms for the practice's settings, passphrase and return code."""

from collections.abc import Sequence
from typing import Any

import msgspec
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record.people.clinician_record import Clinician
from clinic_toolkit.record.people.practice_record import PracticeSettings, RecordRole
from clinic_toolkit.record.questionnaires import answers
from clinic_toolkit.record.values.page_values import Letterhead
from clinic_toolkit.vault import guessable_codes, passphrases, return_code
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.countries import COUNTRIES

RECORD_ROLES = [
    (RecordRole.FULL, "The full legal record", "Everything about the client is kept here."),
    (RecordRole.BESIDE, "Beside another record", "Notes can be copied as plain text into the other one."),
]
CODE_LENGTH = 6
MAX_LIMITS_LENGTH = 600


class PracticeForm(Form):
    """The practice's country and name, whom a client can call, and the limits of confidentiality."""

    practice_name = fields.line_field(
        "Name of the practice", needed="Write the name of the practice, or your own."
    )
    clinician_name = fields.line_field(
        "Your name", needed="Write your name as it should stand under a signed note."
    )
    country = fields.choice_field("Country", [("", "Choose"), *COUNTRIES.items()], needed="Choose a country.")
    record_role = fields.choice_field(
        "What this record is",
        [(value, label) for value, label, _ in RECORD_ROLES],
        needed="Choose whether this is the full record or stands beside another.",
    )
    crisis_text = fields.text_field(
        "Whom a client can call in a crisis",
        limit=500,
        needed="Write whom a client can call in a crisis. It is printed on the client page.",
    )
    limits_text = fields.text_field(
        "Limits of confidentiality",
        limit=MAX_LIMITS_LENGTH,
        needed="Write what does not stay between you and a client. You say it before fear, being a burden or "
        "harm is asked about.",
    )

    version = StringField("What the page saw of the settings", default="")

    def validate_country(self, field: StringField) -> None:
        """Require a country of the list."""
        if field.data not in COUNTRIES:
            raise ValidationError("Choose a country.")

    def practice(self, current: PracticeSettings) -> PracticeSettings:
        """The settings of the practice as typed; what this form does not ask for stays as it is stored."""
        return msgspec.structs.replace(
            current,
            country=self.country.data,
            record_role=RecordRole(self.record_role.data),
            practice_name=self.practice_name.data,
            crisis_text=self.crisis_text.data,
            limits_text=self.limits_text.data,
        )

    def clinician(self, current: Clinician) -> Clinician:
        """The clinician as typed; what this form does not ask for stays as it is stored."""
        return msgspec.structs.replace(current, name=self.clinician_name.data)

    def prefill_limits(self, draft: str) -> None:
        """Fill in this draft, unless the field already has text."""
        self.limits_text.data = self.limits_text.data or draft

    def guessable_names(self) -> tuple[str, str]:
        """The names as typed; see `guessable_names`."""
        return self.practice_name.data or "", self.clinician_name.data or ""

    def differences(self, current: dict[str, str]) -> list[tuple[str, str]]:
        """Label and stored value of each field whose stored value differs from the typed one.

        Args:
            current: what `setting_values` returns for the stored records.
        """
        return [
            (str(field.label.text), current[name])
            for name, field in self._fields.items()
            if name in current and current[name] != field.data
        ]


def setting_values(settings: PracticeSettings, clinician: Clinician) -> dict[str, str]:
    """The values of the form's fields, from the two records that hold them."""
    return {
        "practice_name": settings.practice_name,
        "clinician_name": clinician.name,
        "country": settings.country,
        "record_role": settings.record_role,
        "crisis_text": settings.crisis_text,
        "limits_text": settings.limits_text,
    }


def settings_digest(settings: PracticeSettings, clinician: Clinician) -> str:
    """The digest of the settings, by which a later form sees if they were changed in between."""
    return answers.text_digest("\n\n".join(setting_values(settings, clinician).values()))


def guessable_names(letterhead: Letterhead) -> tuple[str, str]:
    """Names that others know, which do not count towards the strength of a passphrase."""
    return letterhead.practice_name, letterhead.clinician_name


class PassphraseForm(Form):
    """A new passphrase; one's own has to be typed twice. `offered_passphrase` carries the generated words.

    `guessable_names`: names that others know, which do not count towards the strength of the passphrase.
    """

    passphrase = StringField("Passphrase")
    passphrase_again = StringField("Once more")
    offered_passphrase = StringField("Offered")

    def __init__(self, formdata: Any = None, *, guessable_names: Sequence[str]) -> None:
        super().__init__(formdata)
        self.guessable_names = guessable_names

    def validate_passphrase(self, field: StringField) -> None:
        """Accept six generated words; a passphrase of one's own must be hard to guess."""
        if not field.data:
            raise ValidationError("Type the six words, or a passphrase of your own.")
        if (excess := len(field.data) - passphrases.MAX_PASSPHRASE_LENGTH) > 0:
            raise ValidationError(fields.too_long_message(excess, passphrases.MAX_PASSPHRASE_LENGTH))
        reason = passphrases.find_weakness(field.data, known_names=self.guessable_names)
        if reason:
            raise ValidationError(reason)

    def validate_passphrase_again(self, field: StringField) -> None:
        """Require the same passphrase twice; the offered words need no second entry."""
        is_offered = self.passphrase.data == self.offered_passphrase.data
        if field.data != self.passphrase.data and (field.data or not is_offered):
            raise ValidationError("The two do not match. Type the same passphrase twice.")


class ReturnCodeForm(Form):
    """A code for the quick return, or none."""

    code = StringField("Return code")
    offered_code = StringField("Offered")

    def suggested_code(self) -> str:
        """The generated code that the page shows; the same one after an error."""
        return self.offered_code.data or passphrases.generate_return_code()

    def validate_code(self, field: StringField) -> None:
        """Require six letters or digits that are not among the first to be tried."""
        code = return_code.normalize_return_code(field.data or "")
        if len(code) != CODE_LENGTH or not code.isalnum():
            raise ValidationError("Type six letters or digits: the code shown here, or one of your own.")
        if reason := guessable_codes.find_code_weakness(code):
            raise ValidationError(reason)
