"""What a sheet is for, which step it belongs to, and its parts, in the clinic's words."""

from collections.abc import Mapping

from clinic_toolkit.worksheets.model import PathStep, SheetSide

SIDE_LABELS = {
    SheetSide.GIVING: "Giving",
    SheetSide.RECEIVING: "Receiving",
    SheetSide.BOUNDARIES: "Boundaries",
    SheetSide.FLOWS: "What flows well",
    SheetSide.CARERS: "For carers",
    SheetSide.ANY: "None of them",
}
STEP_LABELS = {PathStep.NOTICE: "Notice", PathStep.TELL: "Tell", PathStep.DO: "Do"}
# The parts of a sheet as they are called where one is written.
PART_LABELS: Mapping[str, str] = {
    "title": "Title",
    "why": "Why",
    "try_this": "Try this",
    "example": "For example",
    "new_block": "What there is to write in",
    "if_it_gets_hard": "If it gets hard",
    "bring_back": "Bring back",
    "aim": "What it is for",
    "when_not_to_use": "When not to use it",
    "review_prompts": "What to ask next time",
    "minutes": "Time it takes, in words",
    "total_minutes": "Minutes altogether in a week",
    "side": "It belongs to",
    "path_step": "Its step",
    "fear_reason": "Why it need not wait",
}
