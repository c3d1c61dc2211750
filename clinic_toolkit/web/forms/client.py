"""What is typed about a client."""

from wtforms import Form, StringField

from clinic_toolkit.record.clients import Client
from clinic_toolkit.web.forms import fields

LEAVE_MESSAGE = [("ask", "Not asked yet"), ("yes", "Yes"), ("no", "No")]


class ClientForm(Form):
    """Who someone is and how to reach them; only the name, code or initials are needed."""

    name = fields.line("Name, initials or a code", limit=80, needed="Write a name, initials or a code.")
    birth_date = fields.day("Birth date")
    phone = fields.line("Telephone", limit=60)
    email = fields.line("E-mail", limit=120)
    address = fields.text("Address", limit=400)
    reach_note = fields.text("How and when to reach them", limit=500)
    leave_message = fields.choice("May I leave a message?", LEAVE_MESSAGE)
    emergency_name = fields.line("Name", limit=80)
    emergency_phone = fields.line("Telephone", limit=60)
    emergency_relation = fields.line("Who this is to the client", limit=60)
    version = StringField("Version", default="0")

    def body(self) -> Client:
        """The details as typed."""
        return Client(
            name=self.name.data,
            birth_date=self.birth_date.data,
            phone=self.phone.data,
            email=self.email.data,
            address=self.address.data,
            reach_note=self.reach_note.data,
            leave_message=self.leave_message.data,
            emergency_name=self.emergency_name.data,
            emergency_phone=self.emergency_phone.data,
            emergency_relation=self.emergency_relation.data,
        )
