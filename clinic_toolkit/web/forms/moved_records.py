"""The form that says to which client something belongs, and what happened."""

from wtforms import Form, SelectField, StringField
from wtforms.validators import InputRequired

from clinic_toolkit.web.forms import fields


class BelongsForm(Form):
    """Whom it belongs to, and what happened."""

    whom = SelectField(
        "Whom it belongs to", [InputRequired("Choose whom it belongs to.")], validate_choice=True
    )
    reason = fields.text_field("What happened", limit=500, needed="Write what happened. Name nobody.")
    sign_code = StringField("Return code")
