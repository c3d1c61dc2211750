"""Rules that learn late to write their addresses: the same addresses, and a quicker start."""

from pathlib import Path

import pytest
from flask import url_for
from werkzeug.routing import BuildError, Rule

from tests.fixtures import sites
from tests.fixtures.sites import Site


def test_every_rule_writes_what_one_of_werkzeugs_own_does(site: Site) -> None:
    with site.app.test_request_context(base_url=site.origin):
        for rule in site.app.url_map.iter_rules():
            values = {name: sites.example(rule, name) for name in rule.arguments}
            own = Rule(rule.rule, endpoint=rule.endpoint)
            own.bind(type(site.app.url_map)())
            assert rule.build(values | {"more": "x"}) == own.build(values | {"more": "x"}), rule.rule
            assert rule.build(values, append_unknown=False) == own.build(values, append_unknown=False)


def test_a_value_that_does_not_fit_is_still_refused(site: Site) -> None:
    with site.app.test_request_context(base_url=site.origin), pytest.raises(BuildError):
        url_for("clients.show")


def test_no_builder_is_made_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = []
    real = Rule._compile_builder

    def compiling(rule: Rule, unknown: bool = True) -> object:
        made.append(rule)
        return real(rule, unknown)

    monkeypatch.setattr(Rule, "_compile_builder", compiling)
    site = sites.made(tmp_path)
    assert made == []
    site.get("/unlock")
    assert 0 < len(made) < 40 < len(list(site.app.url_map.iter_rules()))


def test_two_apps_share_how_an_address_is_read_and_no_address(tmp_path: Path) -> None:
    one, other = (sites.made(tmp_path / name) for name in ("one", "other"))
    for site in (one, other):
        site.unlock()
    first, second = (list(site.app.url_map.iter_rules()) for site in (one, other))
    # Werkzeug itself would read each anew.
    assert all(a._parts[-1] is b._parts[-1] for a, b in zip(first, second, strict=True))
    assert [rule.arguments for rule in first] == [rule.arguments for rule in second]
    path = one.route(lambda: "made here", method="GET")
    assert (one.get(path).status_code, other.get(path).status_code) == (200, 404)
    readers = [site.app.url_map.bind("") for site in (one, other)]
    for address in other.addresses():
        methods = list(readers[1].allowed_methods(address))
        assert methods
        found = [reader.match(address, methods[0]) for reader in readers]
        assert found[0] == found[1], address
