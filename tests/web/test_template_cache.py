"""Compiled templates are kept, and never instead of what stands in the template."""

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from clinic_toolkit.web.pages.template_cache import TemplateCache


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.html").write_text("one {{ word }}", encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def _writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def rendered(folder: Path, *, may_compile: bool = True) -> str:
    """The page, as a process of its own shows it."""
    pages = Environment(
        loader=FileSystemLoader(folder), bytecode_cache=TemplateCache(folder), autoescape=True
    )
    if not may_compile:
        vars(pages)["compile"] = None
    return pages.get_template("page.html").render(word="& two")


def test_the_second_process_compiles_nothing(folder: Path) -> None:
    with pytest.raises(TypeError):
        rendered(folder, may_compile=False)
    assert rendered(folder) == "one &amp; two"
    assert rendered(folder, may_compile=False) == "one &amp; two"
    assert [each.suffix for each in (folder / "__pycache__").iterdir()] == [".cache"]


def test_another_text_is_compiled_anew(folder: Path) -> None:
    rendered(folder)
    (folder / "page.html").write_text("three {{ word }}", encoding="utf-8")
    assert rendered(folder) == "three &amp; two"


@pytest.mark.parametrize("left", [b"", b"j2", b"\0" * 400])
def test_half_a_file_is_written_again(folder: Path, left: bytes) -> None:
    rendered(folder)
    (kept,) = (folder / "__pycache__").iterdir()
    kept.write_bytes(left)
    assert rendered(folder) == "one &amp; two"
    assert rendered(folder, may_compile=False) == "one &amp; two"


def test_where_nothing_may_be_written_each_compiles_for_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "__pycache__").write_text("no folder", encoding="utf-8")
    assert rendered(folder) == "one &amp; two"
    (folder / "__pycache__").unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(folder) == "one &amp; two"
    assert not (folder / "__pycache__").exists()
