"""`clinic-toolkit questionnaire`: check a questionnaire of one's own, see it on paper, help an editor.

Nothing is taken in here: a file is read, checked and shown, and stays where it is.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from clinic_toolkit.instruments import catalogue, form_code, limits, loader
from clinic_toolkit.instruments.model import Instrument

USABLE, TO_MEND = 0, 2
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def validate(files: Sequence[Path]) -> int:
    """Check these files and say everything that is wrong, each at its place.

    Returns 0 if there is nothing to mend in any of them, else 2.
    """
    wrong = 0
    for path in files:
        try:
            click.echo(f"{path.name}: {_summary(read(path))}")
        except loader.DefinitionError as error:
            wrong += 1
            places = "one place" if len(error.problems) == 1 else f"{len(error.problems)} places"
            click.echo(f"{path.name}: {places} to mend")
            for problem in error.problems:
                click.echo(f"  {problem}")
    return TO_MEND if wrong else USABLE


def read(path: Path) -> Instrument:
    """Read one questionnaire and hold it against what comes with the program.

    Raises:
        loader.DefinitionError: it cannot be used; every reason with its place.
    """
    instrument = loader.load_instrument(path, own=True)
    if any(instrument.digest == shipped.digest for shipped in catalogue.editions()):
        return instrument
    if found := catalogue.against_the_shelf(instrument):
        raise loader.DefinitionError(path.name, found)
    return instrument


def _summary(instrument: Instrument) -> str:
    parts = "one part" if len(instrument.facets) == 1 else f"{len(instrument.facets)} parts"
    return (
        f"“{instrument.title}”, version {instrument.version}, {len(instrument.items)} questions in {parts}, "
        f"{instrument.evidence.level}. Nothing to mend."
    )


def preview(path: Path, out: Path, *, paper: str) -> int:
    """Write its papers into a folder: the blank form in both wordings, the answer card, the guide.

    Raises:
        loader.DefinitionError: it cannot be used.
    """
    from clinic_toolkit.documents import answer_card, blank_form, guide
    from clinic_toolkit.record.summaries import (
        AnswerCard,
        BlankQuestionnaire,
        InstrumentGuide,
        Letterhead,
    )

    instrument = read(path)
    head = Letterhead(practice="", clinician="", crisis_text="", paper=paper)
    papers = {
        f"blank-questionnaire{'-general' if general else ''}.pdf": blank_form.render(
            BlankQuestionnaire(
                letterhead=head,
                instrument=instrument,
                general=general,
                code=form_code.code_of(instrument, general=general),
                # There is no practice here: the general draft shows where its words will stand.
                limits=limits.draft("").text if limits.come_first(instrument) else "",
            )
        )
        for general in (False, True)
    }
    papers["answer-card.pdf"] = answer_card.render(AnswerCard(letterhead=head, instrument=instrument))
    papers["guide.pdf"] = guide.render(InstrumentGuide(letterhead=head, instrument=instrument))
    out.mkdir(parents=True, exist_ok=True)
    for name, made in papers.items():
        (out / name).write_bytes(made)
        click.echo(out / name)
    return USABLE


def schema() -> dict[str, Any]:
    """The JSON Schema of a definition, for editors that help while it is written.

    It knows kinds and limits. What only several values together can tell is said by `validate`.
    """
    from pydantic import TypeAdapter

    found = TypeAdapter(Instrument).json_schema()
    # Worked out by the program, and refused in a file.
    for name in loader.WORKED_OUT:
        del found["properties"][name]
    for part in (found, *found["$defs"].values()):
        if part.get("type") == "object":
            part["additionalProperties"] = False
    for said in found["properties"].values():
        # A file can leave a value out; it has no way to write "none".
        if "anyOf" in said:
            said |= said.pop("anyOf")[0]
            del said["default"]
    return {"$schema": _DRAFT, **found, "title": "A questionnaire of the clinic toolkit"}


def written_schema() -> str:
    """The schema as text, as it also stands in `docs/questionnaire.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
