"""What the client said beside a question: written down in their words, and offered, never put in unasked.

It is offered to the sheet, the client's page and the note. Only a tick or a choice takes it there.
"""

from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.record.questionnaires.administrations import Administration
from clinic_toolkit.record.values.page_values import Remark


def list_remarks(administration: Administration) -> tuple[Remark, ...]:
    """Everything that was said, in the order of the questions; for the clinician."""
    items = administrations.instrument_of(administration).items
    return tuple(
        Remark(index=place, question=administrations.item_wording(administration, item), text=response.remark)
        for place, (item, response) in enumerate(
            zip(items, answers.decode_responses(administration.answers), strict=True)
        )
        if response.remark
    )


def list_printable_remarks(administration: Administration) -> tuple[Remark, ...]:
    """What may be offered for paper or for a page that others see.

    What was said beside a question about fear or about being a burden is not: paper is found by others.
    """
    items = administrations.instrument_of(administration).items
    return tuple(line for line in list_remarks(administration) if items[line.index].safety_flag == "none")


def remarks_on_client_page(administration: Administration) -> tuple[Remark, ...]:
    """What the client wants on their page."""
    return tuple(
        line
        for line in list_printable_remarks(administration)
        if line.index in administration.remarks_on_client_page
    )
