"""Mistakes that would break a promise are found in the sources, each by a rule that sees a planted one."""

import ast
from pathlib import Path

import pytest

from .lint import (
    Rule,
    broken,
    broken_in,
    draws_from_a_weak_well,
    fills_in_what_it_was_given,
    logs_values,
    makes_templates_of_data,
    makes_temporary_files,
    marks_data_as_safe,
    reaches_out,
    runs_as_debug,
    runs_data,
    saves_without_waiting,
    speaks_to_a_shell,
    starts_programs,
)
from .tree import CHECKOUT, PACKAGE, modules, tool

# Each rule with planted mistakes that it must see, and harmless neighbours that it must pass over.
RULES: dict[Rule, tuple[tuple[str, ...], tuple[str, ...]]] = {
    logs_values: (
        (
            "log.error(f'saved {name}')",
            "log.error('note.saved %s', name)",
            "log.exception(repr(error))",
            "log.warning(str(error))",
            "logging.getLogger('clinic')\nlogging.info(error)",
            "self.log.error('note.saved', extra={'opaque': id, 'name': name})",
            "log.error('Could not save')",
            "log.error('note.saved', stack_info=True)",
        ),
        (
            "log.error('note.saved', exc_info=error, extra={'opaque': code})",
            "math.log(2)",
            "log.exception('a.b')",
        ),
    ),
    marks_data_as_safe: (
        (
            "Markup(name)",
            "markupsafe.Markup(f'<b>{name}</b>')",
            "Environment(autoescape=False)",
            "app.jinja_env.autoescape = False",
            "class Safe:\n    def __html__(self):\n        return self.name",
        ),
        ("Markup('<b>')", "Environment(autoescape=True)", "env.autoescape = True"),
    ),
    saves_without_waiting: (
        (
            "db.execute('PRAGMA synchronous=NORMAL')",
            "P = {'synchronous': 1}",
            "weak = 'pragma synchronous = off'",
        ),
        ("'PRAGMA synchronous=FULL'", "{'synchronous': 2}", "{'synchronous': 'FULL'}"),
    ),
    runs_as_debug: (
        (
            "app.run()",
            "create(debug=True)",
            "app.debug = True",
            "breakpoint()",
            "import pdb",
            "serve(use_reloader=1)",
        ),
        ("worker.run()", "create(debug=False)", "app.debug = False"),
    ),
    speaks_to_a_shell: (
        (
            "subprocess.run(words, shell=True)",
            "os.system(words)",
            "os.popen(words)",
            "subprocess.getoutput(x)",
        ),
        ("subprocess.run(words)", "platform_system(words)"),
    ),
    starts_programs: (("import subprocess", "from subprocess import run", "os.execv(a, b)"), ("import sys",)),
    makes_temporary_files: (
        ("import tempfile", "from tempfile import mkstemp", "open('/tmp/x')", "mkdtemp()"),
        ("path.write_text('x')",),
    ),
    runs_data: (
        (
            "eval(words)",
            "exec(words)",
            "import pickle",
            "from yaml import load",
            "import xml.etree.ElementTree",
        ),
        ("re.compile(words)", "import tomllib", "import json"),
    ),
    reaches_out: (
        (
            "import requests",
            "from urllib.request import urlopen",
            "import http.client",
            "import urllib.request",
            "socket.create_connection(('192.0.2.1', 80))",
            "import smtplib",
        ),
        ("from urllib.parse import quote", "from http import HTTPStatus", "import socket"),
    ),
    makes_templates_of_data: (
        (
            "render_template_string(words)",
            "env.from_string(words)",
            "Template(words)",
            "render_template(name)",
            "render_template(f'{name}.html')",
            "env.get_template(name)",
        ),
        ("render_template('today/index.html', name=name)", "env.get_template('macros/form.html')"),
    ),
    fills_in_what_it_was_given: (
        ("words.format(name)", "_of(name).format(1)", "f'{words}'.format(1)", "words.format_map({})"),
        ("'{n}'.format(n=1)", "_WORDS.format(n=1)", "LINES[what].format(n=1)", "format(1, 'd')"),
    ),
    draws_from_a_weak_well: (
        ("import random", "from random import choice", "hashlib.md5(x)"),
        ("import secrets", "hashlib.sha256(x)"),
    ),
}

# `--check` starts the program as a person would, in an invented practice of its own, and visits it.
ALLOWED = {
    # The name of the page is one of a few that stand in the same module, or of those in the folder.
    ("cli/worker.py", "makes_templates_of_data"),
    ("web/handover/form_pages.py", "makes_templates_of_data"),
    ("web/screens/shared.py", "makes_templates_of_data"),
    ("web/screens/previews.py", "makes_templates_of_data"),
    # Each fills in a sentence of a table at the head of its module.
    ("psychometrics/safety_prompt_rules.py", "fills_in_what_it_was_given"),
    ("instruments/loader.py", "fills_in_what_it_was_given"),
    ("worksheets/loader.py", "fills_in_what_it_was_given"),
    ("cli/self_test.py", "starts_programs"),
    ("cli/self_test.py", "makes_temporary_files"),
    ("cli/scripted_browser.py", "reaches_out"),
}
# Ruff and the rules above look at how programs are started; bandit only says that they are.
TOLD_ANYWAY = "B404,B603,B606,B607"
PLANTED = (
    "import subprocess\nsubprocess.call(input(), shell=True)\n",
    "import hashlib\nhashlib.md5(b'x').hexdigest()\n",
    "from jinja2 import Environment\nEnvironment(autoescape=False)\n",
)


def named(rule: Rule) -> str:
    """What a rule is called in the report."""
    return getattr(rule, "__name__", "rule")


@pytest.fixture(scope="module")
def found() -> dict[Rule, set[str]]:
    """Where each rule is broken. Every module is parsed once for all of them."""
    places: dict[Rule, set[str]] = {rule: set() for rule in RULES}
    for path in modules():
        module = path.relative_to(PACKAGE).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for rule in RULES:
            if (module, named(rule)) not in ALLOWED:
                places[rule].update(f"{module}:{line}" for line in broken_in(rule, tree))
    return places


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_no_module_breaks(rule: Rule, found: dict[Rule, set[str]]) -> None:
    assert not found[rule]


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_the_rule_sees_a_planted_mistake(rule: Rule) -> None:
    bad, good = RULES[rule]
    assert [sample for sample in bad if not broken(rule, sample)] == []
    assert [sample for sample in good if broken(rule, sample)] == []


@pytest.mark.parametrize(("path", "rule"), sorted(ALLOWED))
def test_what_is_allowed_is_needed(path: str, rule: str) -> None:
    found = next(each for each in RULES if named(each) == rule)
    assert broken(found, (PACKAGE / path).read_text(encoding="utf-8"))


def bandit(*paths: Path) -> tuple[int, str]:
    """What bandit says of these, and its exit code."""
    words = [str(path) for path in paths]
    said = tool("bandit", "--quiet", "--recursive", "--skip", TOLD_ANYWAY, *words)
    return said.returncode, said.stdout + said.stderr


@pytest.mark.slow
def test_bandit_has_nothing_to_say() -> None:
    code, said = bandit(PACKAGE, CHECKOUT / "deploy")
    assert code == 0, said
    # Nothing is hidden from it by a remark in the source.
    sources = [*modules(), *(CHECKOUT / "deploy").glob("*.py")]
    assert not [path for path in sources if "nosec" in path.read_text(encoding="utf-8")]


@pytest.fixture(scope="module")
def told_of_planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    """What bandit says of the planted mistakes, each in a file: its start costs more than a look."""
    folder = tmp_path_factory.mktemp("planted")
    for number, source in enumerate(PLANTED):
        (folder / f"planted_{number}.py").write_text(source, encoding="utf-8")
    return bandit(folder)


@pytest.mark.parametrize("number", range(len(PLANTED)))
def test_bandit_would_speak_up(number: int, told_of_planted: tuple[int, str]) -> None:
    code, said = told_of_planted
    assert code == 1 and f"planted_{number}.py" in said
