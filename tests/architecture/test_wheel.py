"""The wheel carries pages, sheets, definitions and fonts, and finds them where it was unpacked."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .tree import CHECKOUT, PACKAGE, TEMPLATES, tool

LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
import clinic_toolkit
from clinic_toolkit import paths
from clinic_toolkit.instruments import catalogue as questionnaires
from clinic_toolkit.worksheets import catalogue as sheets
assert clinic_toolkit.__file__.startswith(sys.argv[1]), clinic_toolkit.__file__
for place in (paths.templates_folder(), paths.worksheets_folder()):
    assert str(place).startswith(sys.argv[1]), place
from jinja2 import Environment, FileSystemLoader
made = Environment(loader=FileSystemLoader(paths.templates_folder()), autoescape=True)
made.globals["static_url"] = "/static/{}".format
page = '{% from "macros/words.html" import quote %}{{ quote("A line of " ~ name) }}'
print(made.from_string(page).render(name="<b>"))
print(len(sheets.list_worksheets()))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    said = tool("hatchling", "build", "-t", "wheel", "-d", str(out))
    assert said.returncode == 0, said.stdout + said.stderr
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_holds_everything_once(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as inside:
        names = inside.namelist()
    assert len(names) == len(set(names))
    shipped = {"clinic_toolkit/py.typed"} | {
        f"clinic_toolkit/_bundled/templates/{path.relative_to(TEMPLATES).as_posix()}"
        for path in TEMPLATES.rglob("*.html")
    }
    shipped |= {
        path.relative_to(CHECKOUT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.suffix in {".py", ".toml", ".ttf", ".woff2", ".css", ".js", ".svg", ".txt"}
    }
    assert shipped <= set(names)
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"clinic_toolkit"}
    assert any(name.endswith(".dist-info/licenses/NOTICE") for name in names)


def test_the_wheel_finds_its_pages(wheel: Path, tmp_path: Path) -> None:
    apart = tmp_path / "apart"
    with zipfile.ZipFile(wheel) as inside:
        inside.extractall(apart)  # a wheel of pure Python is installed by unpacking it
    said = subprocess.run(
        [sys.executable, "-P", "-c", LOOK, str(apart)],
        cwd=tmp_path,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert "&lt;b&gt;" in said.stdout


def test_no_bundled_copies_in_the_checkout() -> None:
    assert not (PACKAGE / "_bundled").exists()
