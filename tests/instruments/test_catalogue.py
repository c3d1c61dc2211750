"""The shelf: loaded once and late, exact about versions, careful about relationships."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue, loader

FRAMES = (
    "partner",
    "former_partner",
    "parent",
    "child_under_18",
    "adult_child",
    "sibling",
    "wider_family",
    "friend",
    "colleague",
    "boss",
    "helped_at_work",
    "in_general",
    "died_or_out_of_contact",
)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with the definitions that ship, to be changed."""
    return Path(shutil.copytree(catalogue.DEFINITIONS_FOLDER, tmp_path / "definitions"))


def test_a_questionnaire_is_found_by_name_version_and_digest() -> None:
    giving = catalogue.load_instrument("giving")
    assert catalogue.load_instrument("giving", giving.version) is giving
    assert catalogue.load_instrument("giving", giving.version, giving.digest) is giving
    assert catalogue.load_instrument("giving", digest=giving.digest) is giving


@pytest.mark.parametrize(
    ("name", "version", "digest"), [("taking", None, None), ("giving", "0", None), ("giving", "1", "00")]
)
def test_what_is_not_on_the_shelf_is_refused(name: str, version: str | None, digest: str | None) -> None:
    with pytest.raises(catalogue.UnknownInstrument) as caught:
        catalogue.load_instrument(name, version, digest)
    assert isinstance(caught.value, ClinicError)


def test_many_threads_get_the_very_same_shelf() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: catalogue.list_instruments()[0], range(64)))
    assert len(set(map(id, found))) == 1


def test_the_shelf_costs_nothing_until_it_is_used() -> None:
    program = (
        "import sys, clinic_toolkit.instruments.catalogue as c\n"
        "assert not {'pydantic', 'tomllib', 'json'} & set(sys.modules), 'loaded too early'\n"
        "c.read_catalogue(c.DEFINITIONS_FOLDER); assert 'pydantic' in sys.modules\n"
    )
    root = Path(catalogue.__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], check=True, cwd=root)


def test_an_older_version_stays_readable_and_the_newest_is_offered(shelf: Path) -> None:
    text = (shelf / "giving.toml").read_text(encoding="utf-8")
    for version in ("2", "10"):
        newer = text.replace('version = "1"', f'version = "{version}"')
        (shelf / f"giving-{version}.toml").write_text(newer, encoding="utf-8")
    editions = catalogue.read_catalogue(shelf).editions
    assert [one.version for one in editions if one.id == "giving"] == ["1", "2", "10"]


def test_the_same_version_twice_is_refused(shelf: Path) -> None:
    shutil.copy(shelf / "giving.toml", shelf / "again.toml")
    with pytest.raises(
        loader.DefinitionError, match="giving version 1: there are two with this name and version"
    ):
        catalogue.read_catalogue(shelf)


def test_errors_of_all_files_are_told_together(shelf: Path) -> None:
    for name in ("giving", "flows", "frames"):
        (shelf / f"{name}.toml").write_text("x = 1", encoding="utf-8")
    with pytest.raises(loader.DefinitionError) as caught:
        catalogue.read_catalogue(shelf)
    files = {problem.partition(",")[0] for problem in caught.value.problems}
    assert files == {"giving.toml", "flows.toml", "frames.toml"}


def test_names_that_lead_nowhere_between_files_are_told(shelf: Path) -> None:
    for name, old, new in (
        ("frames", 'id = "boss"', 'id = "chief"'),
        ("frames", '["receiving"]', '["taking"]'),
    ):
        path = shelf / f"{name}.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(loader.DefinitionError) as caught:
        catalogue.read_catalogue(shelf)
    assert "frames[3].not_offered: there is no questionnaire “taking”" in caught.value.problems
    assert "boundaries, items[0].frames_not_fitting: there is no relationship “boss”" in caught.value.problems


def test_all_relationships_of_the_specification_are_there_in_order() -> None:
    assert tuple(one.id for one in catalogue.list_frames()) == FRAMES
    assert [one.id for one in catalogue.list_frames() if one.general] == ["in_general"]
    assert [one.id for one in catalogue.list_frames() if not one.takes_questionnaires] == [
        "died_or_out_of_contact"
    ]
    assert all(one.note for one in catalogue.list_frames())


def test_an_unknown_relationship_is_refused() -> None:
    with pytest.raises(catalogue.UnknownFrame):
        catalogue.load_frame("stranger")


def test_what_is_offered_about_whom() -> None:
    refused = {
        (questionnaire.id, frame.id)
        for questionnaire in catalogue.list_instruments()
        for frame in catalogue.list_frames()
        if not catalogue.is_offered(questionnaire, frame)
    }
    nothing = {(one.id, "died_or_out_of_contact") for one in catalogue.list_instruments()}
    assert refused == nothing | {("receiving", "child_under_18"), ("receiving", "helped_at_work")}


def test_what_often_does_not_fit_is_as_specified() -> None:
    """All questions are asked all the same, also those that often do not fit.

    For a child under 18 it says that giving is read as load and limits, so being useful fits ill too.
    """
    fits_ill: dict[str, set[str]] = {frame: set() for frame in FRAMES}
    for questionnaire in catalogue.list_instruments():
        for item in questionnaire.items:
            for frame in item.frames_not_fitting:
                fits_ill[frame].add(item.id)
    everything = {item.id for one in catalogue.list_instruments() for item in one.items}

    def part(*facets: str) -> set[str]:
        return {item for item in everything if item.startswith(facets)}

    assert fits_ill == {
        "partner": set(),
        "former_partner": part("JR", "RG"),
        "parent": part("OG3"),
        "child_under_18": part("OG3", "RG", "BC2", "BC3", "JR4"),
        "adult_child": part("RG1"),
        "sibling": part("BC3"),
        "wider_family": part("RG1"),
        "friend": part("BC3"),
        "colleague": part("RG2", "BC1") | {"RG3-F"},
        "boss": part("RG2", "BC1") | {"RG3-F"},
        "helped_at_work": part("RG", "JR2", "OG1-B", "OG1-T", "OG1-F", "OG3"),
        "in_general": {"BC3-F"},
        "died_or_out_of_contact": set(),
    }
