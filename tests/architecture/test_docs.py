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
