"""What the client said beside a question: written down in their words, and offered, never put in unasked.

It is offered to the sheet, the client's page and the note. Only a tick or a choice takes it there.
"""

from clinic_toolkit.record import administrations, answers
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.summaries import Spoken


def lines(body: Administration) -> tuple[Spoken, ...]:
    """Everything that was said, in the order of the questions; for the clinician."""
    items = administrations.instrument_of(body).items
    return tuple(
        Spoken(place=place, question=administrations.wording(body, item), words=response.said)
        for place, (item, response) in enumerate(zip(items, answers.responses(body.answers), strict=True))
        if response.said
    )


def may_leave(body: Administration) -> tuple[Spoken, ...]:
    """What may be offered for paper or for a page that others see.

    What was said beside a question about fear or about being a burden is not: paper is found by others.
    """
    items = administrations.instrument_of(body).items
    return tuple(line for line in lines(body) if items[line.place].safety_flag == "none")


def taken(body: Administration) -> tuple[Spoken, ...]:
    """What the client wants on their page."""
    return tuple(line for line in may_leave(body) if line.place in body.taken)
