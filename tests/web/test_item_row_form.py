"""One question of many on a page: an answer and a way not to answer, of which the newer one counts."""

import pytest
from werkzeug.datastructures import MultiDict

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.questionnaires import answers
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.web.forms.items import ItemRowForm

OPEN = Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="")
DECLINED = Response(status=ResponseStatus.DECLINED, value=None, wants_to_talk=False, remark="")
THREE = Response(status=ResponseStatus.ANSWERED, value=3, wants_to_talk=False, remark="")


def sent(shown: Response, *fields: tuple[str, str]) -> tuple[str, int | None]:
    """What comes of these fields, sent from a page that showed this."""
    form = ItemRowForm.for_instrument(catalogue.load_instrument("giving"), MultiDict(fields), number=2)
    form.shown_digest = answers.response_digest(shown)
    assert form.validate()
    found = form.merge_with(shown).response
    # What the page is told it shows from now on is what came of it.
    assert form.digest_after_save(shown) == answers.response_digest(found)
    return found.status, found.value


ANSWER, TICK, OTHER = ("2-answer", "3"), ("2-way", "declined"), ("2-way", "did_not_come_up")


@pytest.mark.parametrize(
    ("shown", "fields", "comes"),
    [
        (OPEN, [], ("not_reached", None)),
        (OPEN, [TICK], ("declined", None)),
        (THREE, [ANSWER], ("answered", 3)),
        # Ticked beside the answer that stood there; answered beside the tick that stood there.
        (THREE, [ANSWER, TICK], ("declined", None)),
        (DECLINED, [ANSWER, TICK], ("answered", 3)),
        (DECLINED, [TICK, OTHER], ("did_not_come_up", None)),
        (DECLINED, [OTHER, TICK], ("did_not_come_up", None)),
        (DECLINED, [TICK], ("declined", None)),
        # Taken off: the question is open again. An answer that cannot be taken off stays.
        (DECLINED, [], ("not_reached", None)),
        (THREE, [], ("answered", 3)),
    ],
)
def test_the_newer_counts(
    shown: Response, fields: list[tuple[str, str]], comes: tuple[str, int | None]
) -> None:
    assert sent(shown, *fields) == comes
