"""What is installed with the program may be given away under the program's own licence."""

import re
from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest

from tests.deploy.lists import DEVELOPMENT, RUNTIME, names_in

CHECKOUT = Path(__file__).resolve().parents[2]

# Found in the metadata of a library, as an expression or as a classifier's last part.
ALLOWED = (
    "0BSD",
    "Apache-2.0",
    "Apache 2.0",
    "Apache License 2.0",
    "Apache Software License",
    "BSD",
    "CC0-1.0",
    "ISC",
    "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "Mozilla Public License 1.1 (MPL 1.1)",
    "MPL-2.0",
    "PSF-2.0",
    "ZPL",
    "Zlib",
    "Zope Public License",
)
# The lesser licence asks that the library can be exchanged, and a wheel in a folder can be.
LESSER = {
    "python-bidi": "GNU Library or Lesser General Public License (LGPL)",
    "recurring-ical-events": "LGPL-3.0-or-later",
    "x-wr-timezone": "GNU Lesser General Public License v3 or later (LGPLv3+)",
}
# Say nothing in their metadata; read in their repositories.
SILENT = {"axe-playwright-python": "MIT"}


def licences_of(name: str) -> list[str]:
    """What a library says of itself, each choice on its own."""
    told = distribution(name).metadata
    expression = "".join(told.get_all("License-Expression") or [])
    if expression:
        return re.split(r" OR ", expression)
    classes = [
        line.rsplit(" :: ", 1)[1] for line in told.get_all("Classifier") or [] if line.startswith("License")
    ]
    licence = "".join(told.get_all("License") or [])
    return classes or [line for line in (licence or SILENT.get(name, "")).splitlines()[:1] if line]


def is_allowed(licence: str) -> bool:
    """Every part of an `AND` must be on the list."""
    return all(part.strip().startswith(ALLOWED) for part in licence.split(" AND "))


@pytest.mark.parametrize("name", names_in(RUNTIME))
def test_library_may_be_shipped(name: str) -> None:
    found = licences_of(name)
    assert found
    assert any(is_allowed(licence) for licence in found) or found == [LESSER.get(name)], found


@pytest.mark.parametrize("name", names_in(DEVELOPMENT))
def test_tool_may_be_used(name: str) -> None:
    if name not in {known.name.lower().replace("_", "-").replace(".", "-") for known in distributions()}:
        pytest.skip("for another system")
    found = licences_of(name)
    assert any(is_allowed(licence) for licence in found) or found == [LESSER.get(name)], found


@pytest.mark.parametrize("licence", ["GPL-3.0-or-later", "AGPL-3.0", "MIT AND GPL-2.0", "Proprietary"])
def test_other_licences_are_refused(licence: str) -> None:
    assert not is_allowed(licence)


def test_the_licence_and_the_notices_are_here() -> None:
    assert "Apache License" in (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
    notice = (CHECKOUT / "NOTICE").read_text(encoding="utf-8")
    for path in sorted((CHECKOUT / "clinic_toolkit").rglob("*")):
        if re.search(r"licen[cs]e|OFL|ATTRIBUTION", path.name):
            assert path.relative_to(CHECKOUT).as_posix() in notice, f"NOTICE does not name {path.name}"
