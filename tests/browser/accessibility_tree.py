"""What a screen reader is told of a page: the accessibility tree that the browser itself has built.

Chromium's tree comes over its DevTools protocol, Firefox's from its own accessibility service. Both are the
trees that go on to the system's AT-SPI, without the bus in between: the order of the parts, their kinds,
names, descriptions and states. A snapshot of attributes would not do: what a name comes to is for each
browser to say.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.browser.marionette import Firefox

# One word for each kind, whatever the browser calls it. What is not named here keeps its browser's word.
_KINDS = {
    "RootWebArea": "document",
    "pushbutton": "button",
    "toggle button": "button",
    "radiobutton": "radio",
    "checkbutton": "checkbox",
    "grouping": "group",
    "radiogroup": "group",
    "entry": "field",
    "textbox": "field",
    "StaticText": "words",
    "text leaf": "words",
    "statictext": "words",
    "graphic": "image",
    "img": "image",
    "DisclosureTriangle": "fold",
    "DisclosureTriangleGrouped": "fold",
    "summary": "fold",
    "statusbar": "status",
    "spinbutton": "number",
    "internal frame": "frame",
    "combobox": "choice",
    "details": "group",
    "Details": "group",
    "combobox option": "option",
}
# Their words are their name: what stands inside them is not told a second time.
_NAMED_FROM_INSIDE = {"button", "radio", "checkbox", "field", "fold", "heading", "link", "number", "choice"}
# What only holds other things together.
_SILENT = {
    "text",
    "quote",
    "generic",
    "none",
    "LabelText",
    "label",
    "Legend",
    "paragraph",
    "section",
    "text container",
    "listitem",
}
_BLOCKS = {"paragraph", "listitem", "term", "definition", "cell", "Legend", "LabelText", "label", "heading"}


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One part of a page as it is told."""

    kind: str
    name: str = ""
    described: str = ""
    value: str = ""
    states: frozenset[str] = frozenset()
    # "6 of 7", where the browser says it over this way: Firefox alone.
    place: str = ""

    def __str__(self) -> str:
        more = ", ".join(sorted(self.states))
        return (
            f"{self.kind} “{self.name}”"
            + (f" ({self.described})" if self.described else "")
            + (f" [{more}]" if more else "")
        )


@dataclass(frozen=True, kw_only=True)
class _Node:
    """One object of a tree, in the browser's own words."""

    kind: str
    name: str
    described: str
    value: str
    states: frozenset[str]
    inside: tuple["_Node", ...]
    place: str = ""


def in_chromium(page: Page) -> list[Heard]:
    """What is told of this page by Chromium, in order."""
    session = page.context.new_cdp_session(page)
    try:
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    finally:
        session.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    (root,) = _chromium(nodes[0], by_id)
    return list(_told(root))


def _chromium(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> list[_Node]:
    """This object; or, where the browser keeps it out of the tree, those inside it."""
    inside = [each for id in node.get("childIds", ()) if id in by_id for each in _chromium(by_id[id], by_id)]
    if node["ignored"]:
        return inside
    value = {
        name: str(node.get(name, {}).get("value", "")) for name in ("role", "name", "description", "value")
    }
    if value["role"] == "InlineTextBox":
        return []
    states = {each["name"]: each["value"].get("value") for each in node.get("properties", ())}
    return [
        _Node(
            kind=value["role"],
            name=value["name"],
            described=value["description"],
            value=value["value"],
            states=frozenset(_states_of_chromium(states)),
            inside=tuple(inside),
        )
    ]


def _states_of_chromium(found: dict[str, Any]) -> Iterator[str]:
    if found.get("checked") == "true":
        yield "checked"
    if "pressed" in found:
        yield "pressed" if found["pressed"] == "true" else "not pressed"
    if found.get("invalid", "false") != "false":
        yield "invalid"
    if "expanded" in found:
        yield "open" if found["expanded"] else "closed"
    for name in ("required", "focused", "modal", "disabled"):
        if found.get(name):
            yield name


# Walks the whole tree of the page that is looked at. Names are read as the browser has worked them out.
_FIREFOX = """
const service = Cc["@mozilla.org/accessibilityService;1"].getService(Ci.nsIAccessibilityService);
const told = (each) => {
  const state = {}, extra = {}, inside = [], of = {}, at = {};
  each.getState(state, extra);
  const list = service.getStringStates(state.value, extra.value);
  let kind = service.getStringRole(each.role);
  if (kind === "landmark" || kind === "region") {
    try { kind = each.attributes.getStringProperty("xml-roles"); } catch { /* it has no other name */ }
  }
  for (let child = each.firstChild; child; child = child.nextSibling) inside.push(told(child));
  each.groupPosition({}, of, at);
  const place = at.value ? `${at.value} of ${of.value}` : "";
  const { name, description, value } = each;
  return { kind, place, name: name || "", described: description || "", value: value || "",
    states: Array.from({ length: list.length }, (_, at) => list.item(at)), inside };
};
const frame = service.getAccessibleFor(gBrowser.selectedBrowser);
const page = frame?.firstChild;
return page ? told(page) : null;
"""


def in_firefox(driven: Firefox) -> list[Heard]:
    """What is told of this page by Firefox, in order. The Firefox was opened with `inside=True`."""
    before: dict[str, Any] | None = None

    def settled() -> dict[str, Any] | None:
        # The tree is sent from the page's process after the page: it is whole when it stays the same.
        nonlocal before
        found: dict[str, Any] | None = driven.inside(_FIREFOX)
        same = found is not None and found == before and "busy" not in found["states"]
        before = found
        time.sleep(0.1)
        return found if same else None

    return list(_told(_firefox(driven.until(settled, "Firefox shows no tree of the page"))))


def _firefox(found: dict[str, Any]) -> _Node:
    states = set(found["states"])
    kind = found["kind"]
    named = {"checked", "pressed", "invalid", "required", "focused", "modal"} & states
    if kind == "toggle button":
        named |= {"pressed"} if "pressed" in states else {"not pressed"}
    if "expanded" in states:
        named |= {"open"}
    if "collapsed" in states:
        named |= {"closed"}
    if "unavailable" in states:
        named |= {"disabled"}
    return _Node(
        kind=kind,
        name=found["name"],
        described=found["described"],
        value=found["value"],
        states=frozenset(named),
        inside=tuple(_firefox(each) for each in found["inside"]),
        place=found["place"],
    )


def _told(root: _Node) -> Iterator[Heard]:
    """The tree as one line: what only holds others is left out, and the words of one paragraph are one."""
    words: list[str] = []
    of: object = None
    before = ""
    for node, block in [*_in_order(root, root), (root, None)]:
        kind = _KINDS.get(node.kind, node.kind)
        if words and (kind != "words" or block is not of):
            # The words of a label, or of the heading of a group, were or will be told as its name.
            if _plain("".join(words)) not in (before, _plain(node.name)):
                yield Heard(kind="text", name=_plain("".join(words)))
            words = []
        if kind == "words":
            of = block
            words.append(node.name)
            continue
        if block is not None:
            before = _plain(node.name)
            yield Heard(
                kind=kind,
                name=before,
                described=_plain(node.described),
                value=_plain(node.value),
                states=node.states,
                place=node.place,
            )


def _in_order(node: _Node, block: _Node) -> Iterator[tuple[_Node, _Node | None]]:
    kind = _KINDS.get(node.kind, node.kind)
    if kind == "words" and not node.name.strip():
        return
    if kind not in _SILENT and (kind != "group" or node.name):
        yield node, block
    if kind in _NAMED_FROM_INSIDE and node.name:
        return
    inner = node if node.kind in _BLOCKS else block
    for each in node.inside:
        yield from _in_order(each, inner)


def _plain(words: str) -> str:
    return " ".join(words.split())
