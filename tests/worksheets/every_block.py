"""A sheet with one block of every kind, for tests of what is done with any block."""

from dataclasses import replace

from clinic_toolkit.worksheets import block_model as blocks
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.block_model import SheetBlock
from clinic_toolkit.worksheets.model import Worksheet

ONE_OF_EACH: tuple[SheetBlock, ...] = (
    blocks.ProseBlock(kind="prose", text="Read this first."),
    blocks.LinesBlock(kind="lines", label="My words", count=3),
    blocks.LinesBlock(kind="lines", label="My list", count=2, numbered=True),
    blocks.BoxBlock(kind="box", label="A picture", lines=4),
    blocks.MenuBlock(kind="menu", label="Kinds of help", options=("Asking", "Waiting"), own_lines=1),
    blocks.TableBlock(kind="table", label="Tries", columns=("What", "Done"), rows=2, tick_columns=(1,)),
    blocks.TableBlock(
        kind="table", label="Grid", columns=("Now",), rows=2, row_heads=("At home", "At work"), numbered=False
    ),
    blocks.DiaryBlock(kind="diary", label="The week", columns=("Asked",), days=("Mon", "Tue", "Wed")),
    blocks.SortBlock(kind="sort", label="Whose", boxes=("Mine", "Theirs", "Shared"), lines=2),
    blocks.LadderBlock(
        kind="ladder", label="Steps", rungs=3, bottom="easy", top="hard", ratings=("0 to 10",)
    ),
    blocks.ScaleBlock(kind="scale", label="How full", left="not at all", right="fully", steps=5),
    blocks.GaugeBlock(kind="gauge", label="Strength", names=("Today",), levels=("low", "high"), lines=True),
    blocks.CirclesBlock(kind="circles", label="Circles", left="Mine", right="Theirs", middle="Shared"),
    blocks.BodyBlock(kind="body", label="Where I notice it", lines=2),
    blocks.ScriptBlock(kind="script", label="To say", parts=("I see", "I ask")),
    blocks.ColumnsBlock(kind="columns", label="Both", left="For", right="Against", rows=2, ticks=True),
    blocks.CardBlock(kind="card", label="Keep", sentences=("Wait a day.",), own_lines=1),
    blocks.SharesBlock(kind="shares", label="Shares", shares=2),
)


def make_sheet(*made_of: SheetBlock, title: str = "A sheet of blocks") -> Worksheet:
    """A sheet in the words of the first shipped one, made of these blocks."""
    return replace(catalogue.list_worksheets()[0], blocks=made_of, title=title, slug="made-of-blocks")
