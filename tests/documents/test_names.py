"""Names of the world: drawn as they were accepted by eye, and copied as they were typed."""

import subprocess
import sys
import unicodedata

import pytest
from PIL import Image, ImageChops

from clinic_toolkit.documents import embedded_font, printable_text
from tests.documents import names_of_the_world
from tests.documents.names_of_the_world import NAMES, list_names
from tests.documents.names_sheet import ACCEPTED, ROW, SCALE, copied_lines, draw_names, picture_of
from tests.documents.reading import fonts

# As many pixels of a name may be much darker or lighter than in the accepted picture. Another accent on one
# letter makes ten and more.
TOLERANCE, MUCH = 4, 96


def test_there_are_enough_of_them_and_none_twice() -> None:
    names = list_names()
    assert len(names) == len(set(names)) >= names_of_the_world.FEWEST_NAMES
    assert len(NAMES) >= names_of_the_world.FEWEST_SYSTEMS


def differences(bold: bool, names: list[str]) -> list[int]:
    """For each name, how many pixels are much darker or lighter than in the accepted picture."""
    with Image.open(ACCEPTED[bold]) as accepted:
        now = picture_of(draw_names(names, bold=bold))
        assert now.size == accepted.size
        apart = ImageChops.difference(now, accepted.convert("L"))
    high = round(ROW * SCALE)
    return [
        sum(apart.crop((0, high * row, apart.width, high * (row + 1))).histogram()[MUCH:])
        for row in range(len(names))
    ]


@pytest.mark.parametrize("bold", [False, True])
def test_each_name_is_drawn_as_it_was_accepted(bold: bool) -> None:
    names = list_names()
    apart = dict(zip(names, differences(bold, names), strict=True))
    assert not [name for name in names if apart[name] > TOLERANCE]


def test_control_another_vowel_in_a_name_is_seen() -> None:
    names = list_names()
    changed = [name.replace("प्रि", "प्रे").replace("עם", "אם").replace("Ánh", "Ành") for name in names]
    apart = dict(zip(names, differences(False, changed), strict=True))
    altered = [name for name, other in zip(names, changed, strict=True) if name != other]
    assert len(altered) == 3 and all(apart[name] > TOLERANCE for name in altered)


@pytest.mark.parametrize("bold", [False, True])
def test_copied_names_are_those_that_were_typed(bold: bool) -> None:
    for system, names in NAMES.items():
        copied = copied_lines(draw_names(names, bold=bold))
        typed = [unicodedata.normalize("NFC", name) for name in names]
        if system in names_of_the_world.COPIED_TURNED_ROUND:
            assert copied == [name[::-1] for name in typed]
        else:
            assert copied == typed, system


@pytest.mark.parametrize("name", ["דנה", "محمد", "ܡܪܝܡ"])
def test_a_name_in_an_english_sentence_is_copied_in_its_place(name: str) -> None:
    sentence = f"Mrs {name} came on Monday (the 12th)."
    assert copied_lines(draw_names([sentence])) == [sentence]


def test_a_font_with_too_many_codes_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [*NAMES["Devanagari"], *NAMES["Tamil"]]
    alone = list(fonts(draw_names(names)))
    monkeypatch.setattr(embedded_font, "MAX_CODES", 5)
    assert len(list(fonts(draw_names(names)))) == len(alone) + 1
    assert copied_lines(draw_names(names)) == names


def test_every_name_is_drawn_whole() -> None:
    assert [printable_text.make_printable(name) for name in list_names()] == [
        unicodedata.normalize("NFC", name) for name in list_names()
    ]


FRESH = """
import hashlib, sys
from tests.documents.names_of_the_world import NAMES, list_names
from tests.documents.reading import fonts
from tests.documents.names_sheet import draw_names
if sys.argv[1] == "others first":
    for names in NAMES.values():
        draw_names([*names, "दूसरा पन्ना", "其他文件", "غير ذلك"], bold=True)
print(hashlib.sha256(draw_names(list_names())).hexdigest())
"""


@pytest.mark.processes
def test_the_bytes_do_not_depend_on_what_was_drawn_before() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", FRESH, before], capture_output=True, text=True, check=True
        ).stdout
        for before in ("nothing", "others first")
    }
    assert len(found) == 1
    assert draw_names(list_names()[:5]) != draw_names(list_names()[5:10])  # the control
