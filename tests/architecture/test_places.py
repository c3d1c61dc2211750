"""Nothing in the repository knows the machine it was written on, or any place to fetch from."""

import re

from .tree import CHECKOUT, texts

# In pieces, so that this file is not its own finding.
_HOMES = "|".join(("root/", "work/", r"home/\w", r"Users/\w", r"opt/\w"))
MACHINE = re.compile(rf"(?<![\w.~<>-])/(?:{_HOMES})|[A-Z]:\\+Users\\")
FETCHING = re.compile(r"--(?:extra-)?index-" + "url|--trusted-" + "host|--find-" + "links")


def test_no_path_of_a_machine() -> None:
    assert MACHINE.search("see " + "/home/" + "someone/x")
    found = [
        f"{path.relative_to(CHECKOUT)}: {line.strip()[:120]}"
        for path, text in texts()
        for line in text.splitlines()
        if MACHINE.search(line)
    ]
    assert not found


def test_no_place_to_fetch_from() -> None:
    assert FETCHING.search("pip install --index-" + "url https://example")
    assert not [str(path) for path, text in texts() if path.parent.name == "deploy" and FETCHING.search(text)]
