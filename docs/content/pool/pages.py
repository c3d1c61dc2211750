"""Write the pages of the pool from its records: what can be read, rated and sorted.

    .venv/bin/python docs/content/pool/pages.py

The records in items/ and judged/ are the source; every page this writes says so in its first lines.
"""

import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SIDES = ("giving", "receiving", "boundaries", "flows")
TITLES = {
    "giving": "How I give",
    "receiving": "How I receive",
    "boundaries": "Where I end and you begin",
    "flows": "What flows well",
}
READERS = {
    "carer": "Devoted carer",
    "duty": "Bound by duty",
    "poor": "Poor",
    "afraid": "Afraid",
    "autistic": "Autistic",
}
EDITION = 2
WRITTEN = "<!-- Written by pages.py from the records: change those, then run it again. -->"
Record = dict[str, Any]


def read(path: str, name: str) -> list[Record]:
    """The records of one file."""
    records: list[Record] = tomllib.loads((HERE / path).read_text(encoding="utf-8"))[name]
    return records


def pool(side: str) -> list[Record]:
    """Every sentence ever judged for a questionnaire, each with its judgement."""
    judged = {one["id"]: one for one in read(f"judged/{side}.toml", "judged")}
    return [item | judged[item["id"]] for item in read(f"items/{side}.toml", "items")]


def alive(side: str) -> list[Record]:
    """The sentences of the pool that were not dropped."""
    return [one for one in pool(side) if one["verdict"] != "drop"]


def facets(side: str) -> list[Record]:
    """The facets of a questionnaire."""
    return [one for one in read("facets.toml", "facets") if one["questionnaire"] == side]


def mixed(side: str, records: list[Record], use: str) -> list[Record]:
    """The records in an order that tells nothing and is the same every time."""
    ordered = sorted(records, key=lambda one: str(one["id"]))
    random.Random(f"{use} {side} {EDITION}").shuffle(ordered)  # noqa: S311 - the order has to come back
    return ordered


def definitions(side: str) -> Iterator[str]:
    """The facets with what they mean, as a list."""
    yield from (f"- **{one['name']}.** {one['means']}" for one in facets(side))


def judgement(one: Record) -> str:
    """What was said about a sentence and what came of it, for one cell of a table."""
    said = [f"*{name}:* {one[key]}" for key, name in READERS.items() if key in one]
    if "before" in one:
        said.append(f"*Before:* “{one['before']}” *Changed:* {one['changed']}")
    if "dropped" in one:
        said.append(f"*Dropped:* {one['dropped']}")
    if "won" in one:
        said.append(f"*Chosen:* {one['won']}")
    return "<br>".join(said)


def verdict(one: Record) -> str:
    """The verdict in words."""
    words = {"keep": "keep", "reword": "reworded", "drop": "dropped"}[one["verdict"]]
    return f"**chosen**, {words}" if one["chosen"] else words


def page(side: str) -> str:
    """The whole pool of a questionnaire, to be read."""
    lines = [WRITTEN, "", f"# The pool for “{TITLES[side]}”", ""]
    living = len(alive(side))
    lines += [f"{living} sentences that stand, and {len(pool(side)) - living} that were dropped. ", ""]
    lines[-2] += "The five readers were imagined; see [the page about the pool](README.md)."
    for facet in facets(side):
        lines += [f"## {facet['name']}", "", facet["means"], ""]
        lines += [
            "| | Sentence, and about people in general | What was thought | Verdict |",
            "|---|---|---|---|",
        ]
        for one in pool(side):
            if one["facet"] == facet["id"]:
                role = f"{one['mode']}, strength" if one["role"] == "strength" else one["mode"]
                flag = "" if one["safety_flag"] == "none" else f", asks about {one['safety_flag']}"
                text = f"{one['text']}<br>*{one['text_general']}*<br>{one['words']} words, grade {one['fk']}"
                lines.append(f"| {one['id']}<br>{role}{flag} | {text} | {judgement(one)} | {verdict(one)} |")
        lines.append("")
    return "\n".join(lines)


def to_rate(side: str) -> list[tuple[int, Record]]:
    """The sentences as a rater meets them: facet by facet, with numbers that tell nothing of a rival."""
    order = [facet["id"] for facet in facets(side)]
    listed = sorted(mixed(side, alive(side), "rating"), key=lambda one: order.index(one["facet"]))
    return list(enumerate(listed, start=1))


def rating_sheet() -> str:
    """The sheet on which a clinician rates relevance."""
    lines = [WRITTEN, "", (HERE / "rating-head.md").read_text(encoding="utf-8").rstrip(), ""]
    for side in SIDES:
        lines += [f"## {TITLES[side]}", ""]
        for facet in facets(side):
            lines += [f"### {facet['name']}", "", facet["means"], ""]
            lines += ["| | Sentence | Relevant | Clear | Remark |", "|---|---|---|---|---|"]
            for number, one in to_rate(side):
                if one["facet"] == facet["id"]:
                    strength = " (strength side)" if one["role"] == "strength" and side != "flows" else ""
                    lines.append(f"| {number} | {one['text']}{strength} | 1 2 3 4 | yes / no | |")
            lines += ["", "Missing from this facet: ______________________________________", ""]
    return "\n".join(lines)


def sorting_sheet() -> str:
    """The sheet on which someone sorts the sentences without being told where they belong."""
    lines = [WRITTEN, "", (HERE / "sorting-head.md").read_text(encoding="utf-8").rstrip(), ""]
    for side in SIDES:
        letters = ", ".join(f"{'ABCD'[n]} = {one['name']}" for n, one in enumerate(facets(side)))
        lines += [f"## {TITLES[side]}", "", *definitions(side), "", f"{letters}, – = none of these.", ""]
        lines += ["| | Sentence | Letter | Second choice |", "|---|---|---|---|"]
        listed = enumerate(mixed(side, alive(side), "sheet for sorters"), start=1)
        lines += [f"| {number} | {one['text']} | | |" for number, one in listed]
        lines.append("")
    return "\n".join(lines)


def keys() -> str:
    """What the two sheets are counted with; kept away from whoever fills them in."""
    lines = [
        WRITTEN,
        "",
        "# Keys to the two sheets",
        "",
        "For whoever counts, not for whoever sorts or rates.",
    ]
    lines += ["", "## Sorting sheet: the right letters", ""]
    for side in SIDES:
        letters = {one["id"]: "ABCD"[n] for n, one in enumerate(facets(side))}
        listed = enumerate(mixed(side, alive(side), "sheet for sorters"), start=1)
        key = ", ".join(f"{number} {letters[one['facet']]}" for number, one in listed)
        lines += [f"**{TITLES[side]}:** {key}.", ""]
    lines += ["## Rating sheet: which sentence a number is", ""]
    for side in SIDES:
        key = ", ".join(f"{number} {one['id']}" for number, one in to_rate(side))
        lines += [f"**{TITLES[side]}:** {key}.", ""]
    return "\n".join(lines)


def sorting_result() -> str:
    """How the one sorting went that has been done."""
    lines = [WRITTEN, "", (HERE / "sorted-head.md").read_text(encoding="utf-8").rstrip(), ""]
    names = {one["id"]: one["name"] for side in SIDES for one in facets(side)} | {"none": "none of these"}
    lines += ["| Facet | Sentences | Hits | Share |", "|---|---|---|---|"]
    every = [one for side in SIDES for one in pool(side)]
    for side in SIDES:
        for facet in facets(side):
            own = [one for one in pool(side) if one["facet"] == facet["id"]]
            hits = sum(one["sorted"] == one["facet"] for one in own)
            lines.append(f"| {facet['id']} {facet['name']} | {len(own)} | {hits} | {hits / len(own):.0%} |")
    hits = sum(one["sorted"] == one["facet"] for one in every)
    lines += [f"| All | {len(every)} | {hits} | {hits / len(every):.0%} |", "", "## Misses", ""]
    lines += [
        "| | Sentence as it was sorted | Meant for | Sorted as | What was done |",
        "|---|---|---|---|---|",
    ]
    for one in every:
        if one["sorted"] != one["facet"]:
            again = (
                f"reworded; sorted again as {names[one['sorted_again']]}"
                if "sorted_again" in one
                else "dropped"
            )
            text = one.get("before", one["text"])
            lines.append(
                f"| {one['id']} | {text} | {names[one['facet']]} | {names[one['sorted']]} | {again} |"
            )
    lines += ["", "## Hits with a doubt", "", "| | Sentence | Hit | Second choice |", "|---|---|---|---|"]
    for one in every:
        if "doubt" in one and one["sorted"] == one["facet"]:
            text = one.get("before", one["text"])
            lines.append(f"| {one['id']} | {text} | {names[one['facet']]} | {names[one['doubt']]} |")
    lines += ["", "## Every sentence", ""]
    for side in SIDES:
        listed = sorted(pool(side), key=lambda one: int(one["place"]))
        marks = ("" if one["sorted"] == one["facet"] else " (miss)" for one in listed)
        line = ", ".join(
            f"{one['place']} {one['sorted']}{mark}" for one, mark in zip(listed, marks, strict=True)
        )
        lines += [f"**{TITLES[side]}:** {line}.", ""]
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """Every page by its name."""
    return {f"{side}.md": page(side) for side in SIDES} | {
        "rating-sheet.md": rating_sheet(),
        "sorting-sheet.md": sorting_sheet(),
        "keys.md": keys(),
        "sorting-result.md": sorting_result(),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text.rstrip() + "\n", encoding="utf-8")
