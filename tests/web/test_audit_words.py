"""Every event that the program writes has words, and every word belongs to an event."""

import ast
import re

from clinic_toolkit.record import trail
from clinic_toolkit.web import audit_words
from tests.architecture.tree import modules

CODE = re.compile(r"[a-z]+\.[a-z_]*")
# Where an event stands among the arguments of each verb that writes a line.
NOTED = {"note": 2, "note_keyless": 2}


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
        if path.name != "audit_words.py":
            codes |= events(path.read_text(encoding="utf-8"), everywhere="record" in path.parts)
    return codes


def test_the_search_sees_every_way_to_name_an_event() -> None:
    source = (
        'audit.note(db, vault, "a.one", now=now)\nnote(db, v, f"b.two {x}-{y}" if x else "c.three")\n'
        'rows.append(db, event="d.four")\naudit.note_keyless(db, i, "e.five", now=now)\nother("f.six")\n'
        'log.warning("g.seven")'
    )
    assert events(source) == {"a.one", "b.two", "c.three", "d.four", "e.five"}
    assert events(source, everywhere=True) == {*events(source), "f.six"}
    assert events('event = f"a.{act} {x}"', everywhere=True) == {"a."}


def test_every_event_has_words_and_no_word_is_left_over() -> None:
    codes = used()
    assert len(codes) > 25
    families = {code for code in codes if code.endswith(".")}
    assert {code for code in codes if not any(word.startswith(code) for word in audit_words.WORDS)} == set()
    left_over = {word for word in audit_words.WORDS if not word.startswith(tuple(families))} - codes
    assert left_over == set()
    assert {kind for kind, _ in audit_words.WORDS.values()} == set(audit_words.KINDS)


def test_a_line_is_a_plain_sentence() -> None:
    assert audit_words.said(trail.Line(seq=1, event="practice.unlocked slots-2")).words == (
        "Unlocked with the passphrase"
    )
    adopted = audit_words.said(trail.Line(seq=9, event="audit.adopted 3-8"))
    assert adopted.words.endswith("while locked: lines 3 to 8")
    assert audit_words.said(trail.Line(seq=9, event="audit.adopted 3-3")).words.endswith(": line 3")
    assert "no words for" in audit_words.said(trail.Line(seq=1, event="newer.thing")).words
    assert audit_words.said(trail.Line(seq=1, wrong=trail.MISSING)).words == "This line is missing."


def test_what_was_looked_at_is_counted() -> None:
    assert audit_words.counted(["client"]) == "a client"
    assert audit_words.counted(["therapy_session"] * 3 + ["client", "clinical_note"]) == (
        "3 sessions, a client and a note"
    )
