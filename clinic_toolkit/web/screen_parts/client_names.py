"""Names for templates: two clients of one name are told apart wherever a page names one of them."""

from uuid import UUID

from clinic_toolkit.record.people import cases, display_names
from clinic_toolkit.record.people.client_record import UNREADABLE_NAME
from clinic_toolkit.web import context


def name_of(client_id: UUID) -> str:
    """What a client is called, with initials if another is called the same: "Ana Reyes (A. R. 2)"."""
    names = display_names.load_display_names(context.db(), context.vault())
    return names.called_by_id.get(client_id, UNREADABLE_NAME)


def names_of_case(case_id: UUID) -> str:
    """The names of everyone a session belongs to, as `name_of` gives them."""
    case = cases.load_case(context.db(), context.vault(), case_id)
    return " and ".join(name_of(id) for id in case.payload.client_ids) or UNREADABLE_NAME
