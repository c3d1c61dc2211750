"""A title says the kind of page, from one fixed list, and nobody's name."""

from pathlib import Path

import pytest

from clinic_toolkit.web.pages import page_titles
from tests.fixtures import sites

# What has no page of its own: it leads on, or answers a script, a file or a paper.
NO_PAGES = {"static", "lock.pulse"}


def test_every_part_of_the_program_has_a_kind(tmp_path: Path) -> None:
    app = sites.made(tmp_path).app
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES and "shared" not in rule.endpoint:
            with app.test_request_context(rule.rule) as asked:
                asked.request.url_rule = rule
                assert page_titles.page_title() in page_titles.TITLES, rule.endpoint


@pytest.mark.parametrize("telling", ["risk", "fear", "harm", "prompt", "safety"])
def test_no_kind_tells_what_a_page_is_about(telling: str) -> None:
    assert not [each for each in page_titles.TITLES if telling in each.lower()]
