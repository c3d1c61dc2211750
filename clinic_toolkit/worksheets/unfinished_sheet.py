"""A sheet that is still being written, as far as it can be drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clinic_toolkit.worksheets.block_model import MAX_LINE, MAX_TEXT, ProseBlock, SheetBlock, is_printable
from clinic_toolkit.worksheets.loader import OWN_EVIDENCE, OWN_NUMBER, check_worksheet
from clinic_toolkit.worksheets.model import MAX_PARTS, PathStep, SheetSide, Worksheet

NOT_COMPLETE = "This part is not complete yet, so it cannot be drawn."
_STAND_IN = "…"
# A sheet with nothing wrong in it, in which one block is checked at a time.
_AROUND_A_BLOCK: Mapping[str, Any] = {
    "side": "any",
    "path_step": "notice",
    "facets": [],
    "total_minutes": 1,
    "try_this": [_STAND_IN],
    "review_prompts": [_STAND_IN],
} | dict.fromkeys(
    ("title", "minutes", "why", "if_it_gets_hard", "bring_back", "aim", "when_not_to_use"), _STAND_IN
)


def build_unfinished_sheet(table: Mapping[str, Any]) -> Worksheet:
    """A sheet to look at: what is missing is dots, and a block that cannot be drawn says so.

    Args:
        table: the table of its definition, in which any value may be missing or wrong.
    """
    steps = [_printable(step, MAX_TEXT) for step in table.get("try_this", [])[:MAX_PARTS]]
    return Worksheet(
        slug="own",
        number=OWN_NUMBER,
        version="1",
        language=_printable(table.get("language"), 20),
        title=_printable(table.get("title"), MAX_LINE),
        side=SheetSide.ANY,
        path_step=PathStep.NOTICE,
        facets=(),
        minutes=_STAND_IN,
        total_minutes=1,
        why=_printable(table.get("why"), MAX_TEXT),
        try_this=tuple(steps) or (_STAND_IN,),
        example=_printable(table["example"], MAX_TEXT) if table.get("example") else "",
        blocks=tuple(_build_block(block) for block in table.get("blocks", [])[:MAX_PARTS]),
        if_it_gets_hard=_printable(table.get("if_it_gets_hard"), MAX_TEXT),
        bring_back=_printable(table.get("bring_back"), MAX_TEXT),
        aim=_STAND_IN,
        when_not_to_use=_STAND_IN,
        review_prompts=(_STAND_IN,),
        evidence=OWN_EVIDENCE,
        needs_fear_asked=True,
        own=True,
    )


def replace_block(sheet: Worksheet, label: str, sentence: str) -> Worksheet:
    """The sheet with this sentence in place of the first block with this label."""
    place = [block.label for block in sheet.blocks].index(label)
    stand_in = ProseBlock(kind="prose", text=sentence)
    return replace(sheet, blocks=(*sheet.blocks[:place], stand_in, *sheet.blocks[place + 1 :]))


def _build_block(block: Mapping[str, Any]) -> SheetBlock:
    sheet, problems = check_worksheet({**_AROUND_A_BLOCK, "blocks": [dict(block)]}, own=True)
    if sheet is not None and not problems:
        return sheet.blocks[0]
    label = _printable(block["label"], MAX_LINE) if block.get("label") else ""
    return ProseBlock(kind="prose", text=NOT_COMPLETE, label=label)


def _printable(text: object, limit: int) -> str:
    shortened = str(text or _STAND_IN)[:limit]
    return "".join(char if is_printable(char) else " " for char in shortened)
