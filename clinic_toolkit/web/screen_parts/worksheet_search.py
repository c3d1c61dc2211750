"""The search above a list of worksheets: its form, sent by GET, holds nothing of a client."""

from collections.abc import Sequence

from flask import request
from msgspec import Struct

from clinic_toolkit.instruments import catalogue as instruments
from clinic_toolkit.web.content.sheet_words import SIDE_LABELS, STEP_LABELS
from clinic_toolkit.web.forms import fields
from clinic_toolkit.worksheets.model import PathStep, SheetSide, Worksheet
from clinic_toolkit.worksheets.search import TIME_LIMITS, SheetSearch, search_worksheets

WORDS_LIMIT = 60
ANY = ("", "Any")


class SearchPage(Struct, frozen=True, kw_only=True):
    """What a page needs to show the form and what was found.

    `typed` is what the form shows again, and `looked_for` says the same in words.
    """

    typed: dict[str, str]
    choices: dict[str, list[tuple[str, str]]]
    found: Sequence[Worksheet]
    looked_for: str

    @property
    def is_search(self) -> bool:
        """Whether something was looked for, so that not every sheet may be there."""
        return bool(self.looked_for)


def search_of_request(sheets: Sequence[Worksheet]) -> SearchPage:
    """Search these sheets by the query of the request; a value that is no choice finds every sheet."""
    choices = _list_choices()
    typed = {
        name: value for name, pairs in choices.items() if (value := request.args.get(name, "")) in dict(pairs)
    }
    typed["words"] = fields.clean_line(request.args.get("words"))[:WORDS_LIMIT]
    search = SheetSearch(
        words=typed["words"],
        most_minutes=int(typed["time"]) if typed.get("time") else None,
        part=typed.get("part", ""),
        frame=typed.get("frame", ""),
        side=SheetSide(typed["side"]) if typed.get("side") else None,
        step=PathStep(typed["step"]) if typed.get("step") else None,
    )
    return SearchPage(
        typed=typed,
        choices=choices,
        found=search_worksheets(sheets, search),
        looked_for=_describe_search(typed, choices),
    )


def _describe_search(typed: dict[str, str], choices: dict[str, list[tuple[str, str]]]) -> str:
    words = [f"“{typed['words']}”"] if typed["words"] else []
    return ", ".join(words + [dict(pairs)[typed[name]] for name, pairs in choices.items() if typed.get(name)])


def _list_choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "time": [ANY, *((str(limit), f"{limit} minutes at most") for limit in TIME_LIMITS)],
        "side": [ANY, *SIDE_LABELS.items()],
        "step": [ANY, *STEP_LABELS.items()],
        "part": [ANY, *part_names().items()],
        "frame": [
            ANY,
            *(
                (frame.id, frame.label[:1].upper() + frame.label[1:])
                for frame in instruments.list_frames()
                if not frame.general and frame.takes_questionnaires
            ),
        ],
    }


def part_names() -> dict[str, str]:
    """The names of the parts of the shipped questionnaires, by id."""
    return {facet.id: facet.name for form in instruments.list_instruments() for facet in form.facets}
