"""Steps that several journeys share: taking clients in, entering sessions, and the odd things people type."""

import re
from datetime import date, datetime, timedelta
from html import unescape

from tests.journeys.pages import Page
from tests.journeys.person import SURROGATE, Person

# What is typed, and what is kept of it in one line.
ODD = {
    "emoji": ("👩‍👩‍👧 Zoë 🌊", "👩‍👩‍👧 Zoë 🌊"),
    "right to left": ("שרה כהן", "שרה כהן"),
    "an override": ("A\u202ena", "Ana"),
    "markup": ("<b>&</b>\"'", "<b>&</b>\"'"),
    "control characters": ("A\x00n\x07a\x1b\x7f\x85", "Ana"),
    "line ends": ("Ana\r\nReyes", "Ana Reyes"),
    "letters apart": ("Zoe\u0308", "Zoë"),
    "a lone surrogate": ("Ana " + SURROGATE, None),
    "a template": ("{{ 7 * 7 }}", "{{ 7 * 7 }}"),
}


def today() -> date:
    return datetime.now().astimezone().date()


def day(ahead: int = 0) -> str:
    """A day some days from today, as a browser sends it."""
    return (today() + timedelta(days=ahead)).isoformat()


def named(page: Page) -> list[str]:
    """The names that a list shows."""
    found = re.findall(r"<strong>(.*?)</strong>", page.source)
    return [unescape(re.sub(r"</?bdi[^>]*>", "", name)) for name in found]


def take_in(me: Person, name: str = "Ana Reyes", **more: str) -> Page:
    page = me.send(me.open("/clients/new"), {"name": name} | more)
    assert re.fullmatch(r"/clients/[0-9a-f-]{36}", page.path), page.text
    return page


def couple(me: Person, *names: str) -> Page:
    for name in names:
        take_in(me, name)
    page = me.open("/couples/new")
    first, second = page.form("first").options["first"][1:3]
    return me.send(page, {"first": first, "second": second})


def enter(me: Person, page: Page, ahead: int = 0, /, **facts: str | None) -> Page:
    """Enter a session that took place, unless said otherwise."""
    typed = {"on": day(ahead), "start": "10:00", "end": "10:50", "attendance": "came"} | facts
    found = me.send(me.open(page.path), typed)
    assert re.fullmatch(r"/sessions/[0-9a-f-]{36}", found.path), found.text
    return found
