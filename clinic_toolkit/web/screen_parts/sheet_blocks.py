"""The blocks of a worksheet on the page where it is written."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from clinic_toolkit.web.content.block_words import BLOCK_NAMES, BLOCK_VALUES
from clinic_toolkit.web.forms import worksheet_fields


class BlockField(Struct, frozen=True, kw_only=True):
    """One value of a block on the page: the name of its field, how it is typed, its words."""

    name: str
    kind: worksheet_fields.ValueKind
    label: str
    hint: str


class BlockOnPage(Struct, frozen=True, kw_only=True):
    """One block on the page."""

    number: int
    kind: str
    fields: Sequence[BlockField]
    name: str


def blocks_on_page(typed: Mapping[str, str]) -> list[BlockOnPage]:
    """The blocks that are typed, each with its fields; their values stand under the names of the fields."""
    return [
        BlockOnPage(
            number=place + 1,
            kind=kind,
            name=BLOCK_NAMES[kind],
            fields=[
                BlockField(
                    name=f"block-{place}-{name}",
                    kind=value_kind,
                    label=BLOCK_VALUES[kind][name][0],
                    hint=BLOCK_VALUES[kind][name][1],
                )
                for name, value_kind in worksheet_fields.value_kinds(kind).items()
            ],
        )
        for place, (kind, _) in enumerate(worksheet_fields.list_blocks(typed))
    ]
