"""A practice with its clinician signed in, and the person who sits at it."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.fixtures import sites
from tests.fixtures.sites import Site
from tests.journeys import intake, person
from tests.journeys.person import Person


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A way through the program is many pages: all these would take as long as everything that is fast."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A practice whose clinician is at work."""
    made = sites.made(tmp_path)
    made.unlock()
    return made


@pytest.fixture
def me(site: Site) -> Person:
    """The clinician, with a browser that is signed in."""
    return person.at(site)


@pytest.fixture
def session(site: Site) -> str:
    """A session of yesterday with a client, for which nothing has happened yet."""
    yesterday = intake.today() - timedelta(days=1)
    return f"/sessions/{site.work.session(site.work.client(), yesterday).id}"
