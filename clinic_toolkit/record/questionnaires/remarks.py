"""Remarks: what the client said about a question, in their own words.

Remarks are offered for the worksheet, the client's page and the note, but never inserted unless someone
chooses them.
"""

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.values.page_values import Remark


def list_remarks(administration: Administration) -> tuple[Remark, ...]:
    """Return all remarks, in the order of the questions; for the clinician only."""
    items = administrations.instrument_of(administration).items
    return tuple(
        Remark(index=index, question=administrations.item_wording(administration, item), text=response.remark)
        for index, (item, response) in enumerate(
            zip(items, answers.decode_responses(administration.answers), strict=True)
        )
        if response.remark
    )


def list_printable_remarks(administration: Administration) -> tuple[Remark, ...]:
    """Return the remarks that may be printed or shown on a page that others see.

    Remarks on questions flagged for fear or for being a burden are left out, because others may find the
    paper.
    """
    items = administrations.instrument_of(administration).items
    return tuple(
        remark
        for remark in list_remarks(administration)
        if items[remark.index].safety_flag == SafetyFlag.NONE
    )


def remarks_on_client_page(administration: Administration) -> tuple[Remark, ...]:
    """Return the printable remarks that the client wants on their page."""
    return tuple(
        remark
        for remark in list_printable_remarks(administration)
        if remark.index in administration.remarks_on_client_page
    )
