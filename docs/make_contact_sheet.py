"""Make a contact sheet of every question in every frame, on screen and on paper, to be read and looked at.

    .venv/bin/python docs/make_contact_sheet.py FOLDER [CHROMIUM]

Starts the demo in a temporary folder, begins every questionnaire about every kind of relationship it is
offered for, and photographs each question in a real Chromium. FOLDER gets one picture for each
questionnaire (a row for each relationship), one of its blank forms on paper, and all wordings as text.
Needs what the tests need, and some minutes.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from clinic_toolkit.documents import blank_form  # noqa: E402
from clinic_toolkit.instruments import catalogue  # noqa: E402
from clinic_toolkit.instruments.model import Frame, Instrument  # noqa: E402
from clinic_toolkit.record.values.page_values import BlankQuestionnaire, Letterhead, PaperSize  # noqa: E402
from docs.make_pictures import WIDE, chromium_of, demo, let_in  # noqa: E402

FONT = CHECKOUT / "clinic_toolkit" / "documents" / "fonts" / "AtkinsonHyperlegibleNext-Regular.ttf"
SHOT, GAP, LABEL = 420, 12, 150
PAPERS = {PaperSize.A4: False, PaperSize.LETTER: True}


def main() -> int:
    """Make the sheets."""
    if len(sys.argv) < 2:
        print("Say which folder the pictures go to.", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wordings.txt").write_text("\n".join(_wordings()) + "\n", encoding="utf-8")
    for instrument in catalogue.list_instruments():
        _papers(instrument).save(folder / f"{instrument.id}-paper.png", optimize=True)
    with demo() as (address, way_in), chromium_of(sys.argv[2:]) as browser:
        page = browser.new_context(viewport=WIDE, locale="en-GB").new_page()
        let_in(page, address, way_in)
        hour = _hour(page, address)
        for instrument in catalogue.list_instruments():
            rows = {
                frame.label: list(_questions(page, hour, instrument, frame)) for frame in _frames(instrument)
            }
            _grid(rows).save(folder / f"{instrument.id}-screen.png")
    for made in sorted(folder.iterdir()):
        print(f"{made.name}: {made.stat().st_size:,} bytes")
    return 0


def _frames(instrument: Instrument) -> list[Frame]:
    return [
        frame
        for frame in catalogue.list_frames()
        if frame.takes_questionnaires and catalogue.is_offered(instrument, frame)
    ]


def _wordings() -> Iterator[str]:
    for instrument in catalogue.list_instruments():
        frames = _frames(instrument)
        yield f"{instrument.title} ({instrument.clinician_name}), version {instrument.version}"
        for number, item in enumerate(instrument.items, start=1):
            yield f"  {number:2} {item.id}  {item.text}"
            yield f"            in general: {item.text_general}"
            ill = [frame.label for frame in frames if frame.id in item.frames_not_fitting]
            if ill:
                yield f"            often does not fit: {', '.join(ill)}"
        yield ""


def _hour(page: Page, address: str) -> str:
    """The day's next hour, opened."""
    page.goto(address)
    page.get_by_role("list", name="Next", exact=True).get_by_role("link").click()
    page.get_by_role("button", name="Start the session").click()
    page.wait_for_url(re.compile("/sessions/"))
    return page.url.partition("?")[0]


def _questions(page: Page, hour: str, instrument: Instrument, frame: Frame) -> Iterator[Image.Image]:
    page.goto(f"{hour}/questionnaire")
    page.locator(f"[name=instrument][value={instrument.id}]").check()
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true })")
    word = frame.label.title()[:20]
    named = page.get_by_role("radio", name=word)
    if frame.general:
        page.locator("[name=about][value=general]").check()
    elif named.count():
        # Named for the questionnaire before; a second person of that name would be asked about.
        named.first.check()
    else:
        page.locator("[name=about][value=new]").check()
        page.fill("[name=word]", word)
        page.select_option("[name=frame]", frame.id)
    with page.expect_navigation(url="**/introduction"):
        page.get_by_role("button", name="Go to the introduction").click()
    begun = page.url.rpartition("/")[0]
    for number in range(1, len(instrument.items) + 1):
        page.goto(f"{begun}/items/{number}")
        yield Image.open(io.BytesIO(page.locator("main").screenshot()))


def _grid(rows: dict[str, list[Image.Image]]) -> Image.Image:
    """Rows of pictures, each beside its name, all of one width."""
    small = {
        name: [one.convert("RGB").resize((SHOT, one.height * SHOT // one.width)) for one in shots]
        for name, shots in rows.items()
    }
    heights = {name: max(one.height for one in shots) for name, shots in small.items()}
    width = LABEL + max(len(shots) for shots in small.values()) * (SHOT + GAP)
    sheet = Image.new("RGB", (width, sum(heights.values()) + GAP * len(heights)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(str(FONT), 18)
    top = 0
    for name, shots in small.items():
        draw.multiline_text((GAP, top + GAP), name.replace(" ", "\n"), fill="black", font=font)
        for place, one in enumerate(shots):
            sheet.paste(one, (LABEL + place * (SHOT + GAP), top))
        top += heights[name] + GAP
    return sheet


def _papers(instrument: Instrument) -> Image.Image:
    """The blank form for a named person and for people in general, on both sizes of paper."""
    rows = {}
    for size, general in PAPERS.items():
        letterhead = Letterhead(
            practice_name="Harbour Practice",
            clinician_name="N. Whelan",
            crisis_text="Call 112.",
            paper_size=size,
        )
        value = BlankQuestionnaire(
            letterhead=letterhead, instrument=instrument, is_general=general, form_code="sheet"
        )
        with pypdfium2.PdfDocument(blank_form.render_blank_form(value)) as paper:
            name = f"{size}, {'in general' if general else 'this person'}"
            rows[name] = [page.render(scale=1.5).to_pil() for page in paper]
    return _grid(rows)


if __name__ == "__main__":
    sys.exit(main())
