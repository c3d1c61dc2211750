"""The groups of a printed sheet as people type them: all in one box, too short, swapped; and never shown."""

import pytest

from clinic_toolkit.record.people import executor_access
from clinic_toolkit.store.transactions import writing
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

PATH = "/unlock/sheet"


def in_boxes(groups: tuple[str, ...]) -> dict[str, str]:
    return {f"group{number}": group for number, group in enumerate(groups, 1)}


@pytest.mark.parametrize("separator", ["", " ", "-", "\r\n", " – "])
@pytest.mark.parametrize("box", [1, 5])
def test_a_whole_sheet_in_one_box_opens(locked: Site, separator: str, box: int) -> None:
    typed = {f"group{number}": "" for number in range(1, 9)}
    typed[f"group{box}"] = separator.join(locked.work.groups).lower()
    assert locked.post(PATH, typed).headers["Location"] == "/unlock/choose"
    assert not locked.ends


def test_look_alikes_open(locked: Site) -> None:
    whole = "".join(locked.work.groups)
    typed = whole.replace("0", "o").replace("1", "i")
    assert locked.post(PATH, {"group1": typed}).headers["Location"] == "/unlock/choose"


def test_one_wrong_character_of_a_whole_sheet_names_its_group(locked: Site) -> None:
    groups = list(locked.work.groups)
    groups[2] = groups[2][:4] + ("A" if groups[2][4] != "A" else "B")
    page = locked.post(PATH, {"group1": "".join(groups)})
    assert page.status_code == 422 and "Group 3 is not as it is printed on the sheet." in page.text
    assert "is empty" not in page.text and "too short" not in page.text
    assert not any(group in page.text for group in groups)
    assert locked.ends == ["mistyped sheet"]


@pytest.mark.parametrize("cut", [1, -1])
def test_a_sheet_that_is_a_character_short_or_long_is_not_spread(locked: Site, cut: int) -> None:
    whole = "".join(locked.work.groups)
    page = locked.post(PATH, {"group1": whole[:-1] if cut > 0 else whole + "A"})
    assert page.status_code == 422 and "Group 2 is empty." in page.text
    assert "Group 1 is too short or too long. Type the five characters of this group." in page.text
    assert whole[:-1] not in page.text


def test_a_whole_sheet_beside_another_group_is_not_spread(locked: Site) -> None:
    whole = "".join(locked.work.groups)
    page = locked.post(PATH, {"group1": whole, "group2": locked.work.groups[1]})
    assert page.status_code == 422 and "Group 3 is empty." in page.text


@pytest.mark.parametrize("typed", ["ABCD", "ABCDEF", "-"])
def test_a_group_of_another_length_is_told_so(locked: Site, typed: str) -> None:
    page = locked.post(PATH, in_boxes(locked.work.groups) | {"group4": typed})
    assert page.status_code == 422
    assert "Group 4 is too short or too long. Type the five characters of this group." in page.text
    assert "Group 5" not in page.text.partition("<h1>")[0]


def test_two_swapped_groups_are_named_as_swapped(locked: Site) -> None:
    groups = locked.work.groups
    page = locked.post(PATH, in_boxes(groups) | {"group3": groups[3], "group4": groups[2]})
    assert page.status_code == 422
    assert "Group 3 looks swapped with group 4: each fits in the place of the other." in page.text
    assert "Group 4 looks swapped with group 3: each fits in the place of the other." in page.text
    assert not any(group in page.text for group in groups)
    assert locked.ends == ["mistyped sheet"]


def test_three_groups_in_a_circle_are_not_called_swapped(locked: Site) -> None:
    groups = locked.work.groups
    page = locked.post(
        PATH, in_boxes(groups) | {"group3": groups[3], "group4": groups[4], "group5": groups[2]}
    )
    assert page.status_code == 422 and "swapped" not in page.text
    assert all(f"Group {number} is not as it is printed" in page.text for number in (3, 4, 5))


def test_each_sheet_of_an_executor_fits_in_one_box(locked: Site) -> None:
    with writing(locked.work.engine) as db:
        halves = executor_access.generate_halves(locked.work.vault, psychotherapy_key=None)
        executor_access.activate_halves(db, locked.work.vault, halves, now=NOW)
    typed = {"group1": "".join(halves.first), "group9": " ".join(halves.second)}
    assert locked.post("/unlock/executor", typed).headers["Location"] == "/executor"


def test_swapped_groups_of_an_executor_are_named_with_their_sheet(locked: Site) -> None:
    halves = executor_access.generate_halves(locked.work.vault, psychotherapy_key=None)
    second = (halves.second[1], halves.second[0], *halves.second[2:])
    page = locked.post("/unlock/executor", in_boxes((*halves.first, *second)))
    assert page.status_code == 422
    assert "Group 1 of the second sheet looks swapped with group 2" in page.text
    both = locked.post("/unlock/executor", {"group1": "".join((*halves.first, *halves.second))})
    assert "Group 1 of the first sheet is too short or too long." in both.text


def test_the_page_says_how_it_may_be_typed(locked: Site) -> None:
    page = locked.get(PATH).text
    assert "Small letters are fine, and O and 0, I and 1 may be mixed up." in page
