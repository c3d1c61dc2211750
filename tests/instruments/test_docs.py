"""The pages about questionnaires cannot fall behind the questionnaires."""

from dataclasses import fields
from pathlib import Path

import pytest

from clinic_toolkit.instruments import catalogue, loader, model

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    """The text of a page of documentation."""
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("one", catalogue.list_instruments(), ids=lambda one: one.id)
def test_every_question_stands_on_the_page_of_judgements_in_its_place(one: model.Instrument) -> None:
    rows = [line.split(" | ") for line in page("content/items.md").splitlines() if line.startswith("| ")]
    judged = {row[1]: (row[0], row[2:]) for row in rows}
    for number, item in enumerate(one.items, start=1):
        place, judgements = judged[item.text]
        assert place.startswith(f"| {number} {item.id}")
        assert len([one for one in judgements if one.strip(" |")]) == 5


def test_every_questionnaire_field_and_relationship_is_explained() -> None:
    text = page("questionnaires.md") + page("own-questionnaires.md")
    for one in catalogue.list_newest():
        stem = one.id if one.version == "1" else f"{one.id}-{one.version}"
        assert f"| `{stem}.toml` | {one.title} | {one.clinician_name} |" in text
    for frame in catalogue.list_frames():
        assert f"`{frame.id}`" in text
    parts = (
        model.Instrument,
        model.Item,
        model.Facet,
        model.ResponseOption,
        model.MissingRule,
        model.Frame,
        model.Band,
    )
    for part in (*parts, model.EvidenceCard, model.Guidance, model.FollowUp):
        for field in fields(part):
            assert field.name in text, f"{part.__name__}.{field.name}"
    assert f"{loader.MAX_BYTES:,} bytes" in text


def test_the_example_is_what_ships() -> None:
    text = page("questionnaires.md")
    item = catalogue.load_instrument("giving").items[0]
    for value in (item.text, item.text_general, *item.define.values()):
        assert f'"{value}"' in text
