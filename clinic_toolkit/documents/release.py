"""A release on paper: a record of some days or all of it, with name and dates on every page."""

from typing import TYPE_CHECKING

from clinic_toolkit.dates import format_date
from clinic_toolkit.documents import page_layout, sheet_texts
from clinic_toolkit.documents.blocks import Block, Rule, Text, typed_paragraphs
from clinic_toolkit.documents.clinician_header import fact_row, letterhead_blocks
from clinic_toolkit.documents.styles import BODY, HEADING, SMALL, STRONG
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.record.values.release_values import Release, ReleaseEntry


def render_release(
    release: "Release", *, title: str, range_text: str, mark: str, left_out_lines: tuple[str, ...]
) -> bytes:
    """Draw a release: who, what for, what was left out, then every entry in order of time.

    Args:
        range_text: the days in words.
        mark: the first digits of the SHA-256 of its data file, by which both can be compared.
        left_out_lines: what was left out, in sentences.
    """
    facts = (
        *release.client_facts,
        ("Days", range_text),
        ("For", release.purpose),
        ("To", release.recipient),
        ("Put together", format_date(release.made_at.astimezone().date())),
        ("Mark", mark),
    )
    blocks: list[Block] = [
        *letterhead_blocks(release.letterhead),
        *page_layout.title_blocks(title),
        *(fact_row(label, value) for label, value in facts),
        Text("Not in it", HEADING, before=18, after=4, keep_with_next=True, role=Role.H2),
        *(Text(line, BODY, after=2, indent=14, bullet="•") for line in left_out_lines),
    ]
    for entry in release.entries:
        blocks += _entry_blocks(entry)
    if not release.entries:
        blocks.append(Text("Nothing of these days is in the record.", BODY, before=18))
    # What questionnaires say is for talking, and the line about that would be odd where there are none.
    has_questionnaires = any(entry.kind == "questionnaire" for entry in release.entries)
    footer = (
        Text([(release.client_name, SMALL), (f" · {title} · {range_text}", SMALL)]),
        *([Text(sheet_texts.LEGAL_LINE, SMALL)] if has_questionnaires else []),
    )
    sheet = page_layout.PageLayout(
        paper=release.letterhead.paper_size, footer=footer, demo=release.letterhead.is_demo
    )
    return page_layout.make_pdf(blocks, sheet)


def _entry_blocks(entry: "ReleaseEntry") -> list[Block]:
    joint = " · with both partners" if entry.is_joint else ""
    blocks: list[Block] = [
        Rule(before=18, after=8),
        Text(
            f"{format_date(entry.on)} · {entry.title}{joint}",
            HEADING,
            after=4,
            keep_with_next=True,
            role=Role.H2,
        ),
        *(fact_row(label, value) for label, value in entry.facts),
    ]
    for text in entry.texts:
        if text.label:
            blocks.append(Text(text.label, STRONG, before=8, after=2, keep_with_next=True, role=Role.H3))
        blocks += typed_paragraphs(text.text, BODY)
    return blocks
