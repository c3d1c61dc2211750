"""`clinic-toolkit questionnaire`: check a questionnaire of one's own, see it on paper, help an editor.

Nothing is taken in here: a file is read, checked and shown, and stays where it is.
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
    """Check these files and say everything that is wrong, each at its place.

    Returns 0 if there is nothing to mend in any of them, else 2.
    """
    wrong = 0
    for path in files:
        try:
            click.echo(f"{path.name}: {_summary(load_questionnaire(path))}")
        except loader.DefinitionError as error:
            wrong += 1
            places = "one place" if len(error.problems) == 1 else f"{len(error.problems)} places"
            click.echo(f"{path.name}: {places} to mend")
            for problem in error.problems:
                click.echo(f"  {problem}")
    return EXIT_INVALID if wrong else EXIT_USABLE


def load_questionnaire(path: Path) -> Instrument:
    """Read one questionnaire and hold it against what comes with the program.

    Raises:
        loader.DefinitionError: it cannot be used; every reason with its place.
    """
    instrument = loader.read_instrument_file(path, own=True)
    if any(instrument.digest == shipped.digest for shipped in catalogue.list_editions()):
        return instrument
    if found := catalogue.conflicts_with_catalogue(instrument):
        raise loader.DefinitionError(path.name, found)
    return instrument


def _summary(instrument: Instrument) -> str:
    parts = "one part" if len(instrument.facets) == 1 else f"{len(instrument.facets)} parts"
    return (
        f"“{instrument.title}”, version {instrument.version}, {len(instrument.items)} questions in {parts}, "
        f"{instrument.evidence.level}. Nothing to mend."
    )


def write_previews(path: Path, out: Path, *, paper: str) -> int:
    """Write its papers into a folder: the blank form in both wordings, the answer card, the guide.

    Raises:
        loader.DefinitionError: it cannot be used.
    """
    from clinic_toolkit.documents import answer_card, blank_form, guide
    from clinic_toolkit.record.values.page_values import (
        AnswerCard,
        BlankQuestionnaire,
        InstrumentGuide,
        Letterhead,
    )

    instrument = load_questionnaire(path)
    head = Letterhead(practice_name="", clinician_name="", crisis_text="", paper_size=paper)
    papers = {
        f"blank-questionnaire{'-general' if general else ''}.pdf": blank_form.render_blank_form(
            BlankQuestionnaire(
                letterhead=head,
                instrument=instrument,
                is_general=general,
                form_code=form_code.form_code_of(instrument, general=general),
                # There is no practice here: the general draft shows where its words will stand.
                confidentiality_text=confidentiality_limits.draft_for("").text
                if confidentiality_limits.requires_notice(instrument)
                else "",
            )
        )
        for general in (False, True)
    }
    papers["answer-card.pdf"] = answer_card.render_answer_card(
        AnswerCard(letterhead=head, instrument=instrument)
    )
    papers["guide.pdf"] = guide.render_guide(InstrumentGuide(letterhead=head, instrument=instrument))
    out.mkdir(parents=True, exist_ok=True)
    for name, made in papers.items():
        (out / name).write_bytes(made)
        click.echo(out / name)
    return EXIT_USABLE


def build_schema() -> dict[str, Any]:
    """The JSON Schema of a definition, for editors that help while it is written.

    It knows kinds and limits. What only several values together can tell is said by `validate`.
    """
    from pydantic import TypeAdapter

    found = TypeAdapter(Instrument).json_schema()
    # Worked out by the program, and refused in a file.
    for name in loader.COMPUTED_FIELDS:
        del found["properties"][name]
    for part in (found, *found["$defs"].values()):
        if part.get("type") == "object":
            part["additionalProperties"] = False
    for said in found["properties"].values():
        # A file can leave a value out; it has no way to write "none".
        if "anyOf" in said:
            said |= said.pop("anyOf")[0]
            del said["default"]
    return {"$schema": _SCHEMA_DIALECT, **found, "title": "A questionnaire of the clinic toolkit"}


def schema_json() -> str:
    """The schema as text, as it also stands in `docs/questionnaire.schema.json`."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"
