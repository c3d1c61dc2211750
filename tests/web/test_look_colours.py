"""Every pair of colours that meets on a page is measured, in each of its schemes."""

import colorsys
import re
from pathlib import Path

import pytest

from clinic_toolkit import web

STATIC = Path(web.__file__).parent / "static"
SHEETS = ("tokens", "page", "form", "item", "words", "chart", "paper")

TEXT = 4.5
SHAPE = 3.0
READING = 7.0
PAIRS = [
    ("ink", "paper", READING),
    ("ink", "sheet", READING),
    ("ink", "accent-wash", READING),
    ("ink", "clay-wash", READING),
    ("soft", "paper", TEXT),
    ("soft", "sheet", TEXT),
    ("soft", "accent-wash", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "sheet", TEXT),
    ("accent-deep", "paper", TEXT),
    ("accent-deep", "sheet", TEXT),
    ("paper", "accent", TEXT),
    ("paper", "accent-deep", TEXT),
    ("clay", "paper", TEXT),
    ("clay", "sheet", TEXT),
    ("clay", "clay-wash", TEXT),
    ("edge", "paper", SHAPE),
    ("edge", "sheet", SHAPE),
    ("accent", "accent-wash", SHAPE),
]


def read(sheet: str) -> str:
    return (STATIC / f"{sheet}.css").read_text(encoding="utf-8")


def declarations(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", css))


def schemes() -> dict[str, dict[str, str]]:
    """Custom properties as the browser would resolve them: later blocks win over earlier ones."""
    tokens = read("tokens")
    parts = re.split(r"@media ", tokens)
    light = declarations(parts[0])
    dark = light | declarations(next(p for p in parts if p.startswith("screen and (prefers-color-scheme")))
    more = declarations(next(p for p in parts if p.startswith("(prefers-contrast")))
    paper = light | declarations(read("paper"))
    return {
        "light": light,
        "dark": dark,
        "light, more": light | more,
        "dark, more": dark | more,
        "print": paper,
    }


def rgb(scheme: dict[str, str], name: str) -> tuple[float, ...]:
    value = scheme[name]
    if match := re.fullmatch(r"var\(--([a-z-]+)\)", value):
        value = scheme[match[1]]
    return tuple(int(value[i : i + 2], 16) / 255 for i in (1, 3, 5))


def luminance(colour: tuple[float, ...]) -> float:
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(scheme: dict[str, str], one: str, other: str) -> float:
    high, low = sorted((luminance(rgb(scheme, one)), luminance(rgb(scheme, other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", schemes())
@pytest.mark.parametrize(("one", "other", "least"), PAIRS)
def test_pair_can_be_read(scheme: str, one: str, other: str, least: float) -> None:
    assert contrast(schemes()[scheme], one, other) >= least


def test_measure_is_right() -> None:
    assert contrast({"a": "#000000", "b": "#ffffff"}, "a", "b") == pytest.approx(21)
    assert contrast({"a": "#777777", "b": "#ffffff"}, "a", "b") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_red_or_green(scheme: str) -> None:
    for name, value in schemes()[scheme].items():
        if not value.startswith("#"):
            continue
        red, green, blue = rgb(schemes()[scheme], name)
        hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
        degrees = hue * 360
        assert saturation < 0.15 or 14 <= degrees <= 80 or 155 <= degrees <= 280, name


def test_colours_stand_in_the_tokens_only() -> None:
    for sheet in SHEETS[1:-1]:
        assert not re.search(r"#[0-9a-f]{3,8}\b|rgba?\(|hsl", read(sheet), re.IGNORECASE), sheet


def test_every_name_used_is_defined() -> None:
    known = schemes()["light"].keys()
    for sheet in SHEETS:
        for name in re.findall(r"var\(--([a-z0-9-]+)\)", read(sheet)):
            assert name in known, (sheet, name)


def test_names_in_the_sheets_lie_beside_them() -> None:
    tokens = read("tokens")
    fonts = re.findall(r'url\("([^"]+)"\)', tokens)
    assert len(fonts) == 4
    assert all((STATIC / font).read_bytes()[:4] == b"wOF2" for font in fonts)
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / "OFL.txt").read_text(encoding="utf-8").upper()
