"""`clinic-toolkit questionnaire`: validates and previews an own questionnaire, and prints its JSON Schema.

Nothing is added to a practice here: the file is only read.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from clinic_toolkit.instruments import catalogue, confidentiality_limits, form_code, loader
from clinic_toolkit.instruments.model import Instrument

EXIT_USABLE, EXIT_INVALID = 0, 2
_SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def validate_files(files: Sequence[Path]) -> int:
    """Validate these files and print every problem with its place.

    Returns the exit code: 0 if all files are valid, else 2.
    """
    invalid_count = 0
    for path in files:
        try:
            click.echo(f"{path.name}: {_summary(load_questionnaire(path))}")
        except loader.DefinitionError as error:
            invalid_count += 1
            place_count = "one place" if len(error.problems) == 1 else f"{len(error.problems)} places"
            click.echo(f"{path.name}: {place_count} to mend")
            for problem in error.problems:
                click.echo(f"  {problem}")
    return EXIT_INVALID if invalid_count else EXIT_USABLE


def load_questionnaire(path: Path) -> Instrument:
    """Read one questionnaire and check that it does not conflict with those shipped with the program.

    Raises:
        loader.DefinitionError: it is invalid; the error lists every problem with its place.
    """
    instrument = loader.read_instrument_file(path, own=True)
    if any(instrument.digest == shipped.digest for shipped in catalogue.list_editions()):
        return instrument
    if conflicts := catalogue.conflicts_with_catalogue(instrument):
        raise loader.DefinitionError(path.name, conflicts)
    return instrument


def _summary(instrument: Instrument) -> str:
    parts = "one part" if len(instrument.facets) == 1 else f"{len(instrument.facets)} parts"
    return (
        f"“{instrument.title}”, version {instrument.version}, {len(instrument.items)} questions in {parts}, "
        f"{instrument.evidence.level}. Nothing to mend."
    )


def write_previews(path: Path, out: Path, *, paper: str) -> int:
    """Write the PDFs of a questionnaire: the blank form in both wordings, the answer card, the guide.

    Args:
        path: the questionnaire file.
        out: the folder for the PDFs.
        paper: a value of `PaperSize`.

    Returns:
        The exit code, always 0.

    Raises:
        loader.DefinitionError: the questionnaire is invalid.
    """
    from clinic_toolkit.documents import answer_card, blank_form, guide
    from clinic_toolkit.record.values.page_values import (
        AnswerCard,
        BlankQuestionnaire,
        InstrumentGuide,
        Letterhead,
        PaperSize,
    )

    instrument = load_questionnaire(path)
    letterhead = Letterhead(practice_name="", clinician_name="", crisis_text="", paper_size=PaperSize(paper))
    papers = {
        f"blank-questionnaire{'-general' if general else ''}.pdf": blank_form.render_blank_form(
            BlankQuestionnaire(
                letterhead=letterhead,
                instrument=instrument,
                is_general=general,
                form_code=form_code.form_code_of(instrument, general=general),
                # No practice is open, so the general draft stands in for its text.
                confidentiality_text=confidentiality_limits.draft_for("").text
                if confidentiality_limits.requires_notice(instrument)
                else "",
            )
        )
        for general in (False, True)
    }
    papers["answer-card.pdf"] = answer_card.render_answer_card(
        AnswerCard(letterhead=letterhead, instrument=instrument)
    )
    papers["guide.pdf"] = guide.render_guide(InstrumentGuide(letterhead=letterhead, instrument=instrument))
    out.mkdir(parents=True, exist_ok=True)
    for name, pdf in papers.items():
        (out / name).write_bytes(pdf)
        click.echo(out / name)
    return EXIT_USABLE


def build_schema() -> dict[str, Any]:
    """Build the JSON Schema of a questionnaire, for completion and checks in an editor.

    It covers types and limits of single values; `validate` checks rules that involve several values.
    """
    from pydantic import TypeAdapter

    schema = TypeAdapter(Instrument).json_schema()
    # Computed by the program, and refused in a file.
    for name in loader.COMPUTED_FIELDS:
        del schema["properties"][name]
    for subschema in (schema, *schema["$defs"].values()):
        if subschema.get("type") == "object":
            subschema["additionalProperties"] = False
    for property_schema in schema["properties"].values():
        # TOML has no null: an optional value is left out.
        if "anyOf" in property_schema:
            property_schema |= property_schema.pop("anyOf")[0]
            del property_schema["default"]
    return {"$schema": _SCHEMA_DIALECT, **schema, "title": "A questionnaire of the clinic toolkit"}


def schema_json() -> str:
    """The schema as text, equal to `docs/questionnaire.schema.json`."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"
