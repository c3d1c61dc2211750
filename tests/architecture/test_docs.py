"""The pages about the architecture show the package as it is on disk."""

import re

from .tree import CHECKOUT, PACKAGE, modules


def drawn() -> set[str]:
    """The modules of the package in the tree of docs/architecture.md."""
    page = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = page.split("```")[1].split("clinic_toolkit/\n", 1)[1]
    return set(re.findall(r"^  ([a-z_]+)(?:/|\.py)", tree, flags=re.MULTILINE))


def standing() -> set[str]:
    """The modules that there are: a folder counts once there is a module in it."""
    tops = {path.relative_to(PACKAGE).parts[0] for path in modules()}
    return {top.removesuffix(".py") for top in tops}


def test_the_tree_in_the_docs_is_the_tree_on_disk() -> None:
    assert drawn() == standing()


def test_every_room_says_what_it_owns() -> None:
    silent = [
        folder.relative_to(CHECKOUT).as_posix()
        for folder in {path.parent for path in modules()}
        if not (folder / "__init__.py").read_text(encoding="utf-8").lstrip().startswith('"""')
    ]
    assert not silent


GLOSSARY_PLACE = re.compile(r"`([a-z_*/]+(?:/|\.py))(?::(\w+))?`")


def places_not_there(page: str) -> list[str]:
    """The places in the code that a glossary names and that are not there, or do not define the word."""
    missing = []
    for line in page.splitlines():
        column = line.rstrip(" |").rpartition("|")[2]
        for path, symbol in GLOSSARY_PLACE.findall(column):
            found = [place for place in PACKAGE.glob(path.rstrip("/")) if place.exists()]
            defines = re.compile(
                rf"^ *(?:class |def |self\.)?{symbol}\b *[:=(\[]|^class {symbol}\b", re.MULTILINE
            )
            if not found or (symbol and not any(defines.search(place.read_text("utf-8")) for place in found)):
                missing.append(f"{path}:{symbol}")
    return missing


def test_the_glossary_names_places_that_are_there_and_define_the_word() -> None:
    page = (CHECKOUT / "docs" / "glossary.md").read_text(encoding="utf-8")
    code = page.partition("## Words of the code")[2]
    assert not places_not_there(code)
    for line in code.splitlines():
        assert not line.startswith("| ") or line.startswith("| Word |") or GLOSSARY_PLACE.search(line), line


def test_a_place_of_the_glossary_that_is_not_there_is_noticed() -> None:
    here, gone = "`vault/rings.py:OpenRings`", "`vault/gone.py`, `vault/rings.py:Gone`, `a/**/*_gone.py`"
    assert places_not_there(f"| one | two | {here}, {gone} |") == [
        "vault/gone.py:",
        "vault/rings.py:Gone",
        "a/**/*_gone.py:",
    ]


def test_every_variable_of_ours_is_described() -> None:
    pages = [*(CHECKOUT / "docs").glob("*.md"), *CHECKOUT.glob("*.md")]
    described = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    sources = [*modules(), *(CHECKOUT / "deploy").glob("*.py")]
    named = {
        name
        for path in sources
        for name in re.findall(r"\"(CLINIC_[A-Z_]+)\"", path.read_text(encoding="utf-8"))
    }
    assert "CLINIC_BROWSER" in named
    assert not {name for name in named if name not in described}
