"""Every event that the program writes has words, and every word belongs to an event."""

import ast
import re

from clinic_toolkit.journal import audit_reader
from clinic_toolkit.web.content import audit_details, audit_texts
from clinic_toolkit.web.content.event_kinds import EVENT_KINDS
from tests.architecture.tree import modules

CODE = re.compile(r"[a-z]+\.[a-z_]*")
# Where an event stands among the arguments of each verb that writes a line.
NOTED = {"append_entry": 2, "append_keyless_entry": 2}
# The packages that make events in any way.
RECORD = {"record", "journal"}


def events(source: str, *, everywhere: bool = False) -> set[str]:
    """Every event code of a module: the third argument of a note, or `event=`.

    Args:
        everywhere: any text that looks like a code counts; in the record nothing else does.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if everywhere:
            found |= _codes(node)
        elif isinstance(node, ast.Call):
            given = [each.value for each in node.keywords if each.arg == "event"]
            place = NOTED.get(getattr(node.func, "attr", getattr(node.func, "id", "")))
            given += node.args[place : place + 1] if place else []
            found |= {code for each in given for inner in ast.walk(each) for code in _codes(inner)}
    return found - _logged(source)


def _logged(source: str) -> set[str]:
    """The codes that a module writes into the program's own log; they look alike."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    of_the_log = [node for node in calls if ast.unparse(node.func).startswith("log.")]
    return {code for node in of_the_log for each in node.args for code in _codes(each)}


def _codes(node: ast.AST) -> set[str]:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or "\n" in node.value:
        return set()
    first = node.value.partition(" ")[0]
    return {first} if CODE.fullmatch(first) else set()


def used() -> set[str]:
    """Every event code of the program. One that ends in a dot stands for all that begin with it."""
    codes: set[str] = set()
    for path in modules():
        if path.name != "audit_texts.py":
            codes |= events(path.read_text(encoding="utf-8"), everywhere=not RECORD.isdisjoint(path.parts))
    return codes


def test_the_search_sees_every_way_to_name_an_event() -> None:
    source = (
        'audit_log.append_entry(db, vault, "a.one", now=now)\n'
        'append_entry(db, v, f"b.two {x}-{y}" if x else "c.three")\n'
        'records.append_version(db, event="d.four")\n'
        'audit_log.append_keyless_entry(db, i, "e.five", now=now)\nother("f.six")\n'
        'log.warning("g.seven")'
    )
    assert events(source) == {"a.one", "b.two", "c.three", "d.four", "e.five"}
    assert events(source, everywhere=True) == {*events(source), "f.six"}
    assert events('event = f"a.{act} {x}"', everywhere=True) == {"a."}


def test_every_event_has_words_and_no_word_is_left_over() -> None:
    codes = used()
    assert len(codes) > 25
    families = {code for code in codes if code.endswith(".")}
    assert {
        code for code in codes if not any(word.startswith(code) for word in audit_texts.EVENT_TEXTS)
    } == set()
    left_over = {word for word in audit_texts.EVENT_TEXTS if not word.startswith(tuple(families))} - codes
    assert left_over == set()
    assert {kind for kind, _ in audit_texts.EVENT_TEXTS.values()} == set(EVENT_KINDS)


def test_a_line_is_a_plain_sentence() -> None:
    assert audit_texts.describe_event(
        audit_reader.CheckedEntry(seq=1, event="practice.unlocked slots-2")
    ).text == ("Unlocked with the passphrase")
    adopted = audit_texts.describe_event(audit_reader.CheckedEntry(seq=9, event="audit.adopted 3-8"))
    assert adopted.text.endswith("while locked: lines 3 to 8")
    assert audit_texts.describe_event(
        audit_reader.CheckedEntry(seq=9, event="audit.adopted 3-3")
    ).text.endswith(": line 3")
    assert (
        "no words for"
        in audit_texts.describe_event(audit_reader.CheckedEntry(seq=1, event="newer.thing")).text
    )
    missing = audit_reader.CheckedEntry(seq=1, fault=audit_reader.EntryFault.MISSING)
    assert audit_texts.describe_event(missing).text == "This line is missing."


def test_what_was_looked_at_is_counted() -> None:
    assert audit_details.count_records(["client"]) == "a client"
    assert audit_details.count_records(["therapy_session"] * 3 + ["client", "clinical_note"]) == (
        "3 sessions, a client and a note"
    )
