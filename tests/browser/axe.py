"""What axe finds wrong with a page, and what it leaves open: that is decided here, or it is a fault.

axe leaves the contrast of every SVG text open, pale or dark. It is computed here from the colours that the
browser resolved, against the page behind the text and against every filled shape under it. Whatever else axe
cannot decide counts as a violation until a rule for it stands here.
"""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Of WCAG 2.2, 1.4.3; text counts as large from 24 px, or 18.66 px where it is bold.
_CONTRAST = """
const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
const brush = canvas.getContext("2d", { willReadFrequently: true });
const rgba = (colour) => {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
};
const luminance = (colour) => {
  const [r, g, b] = colour.map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (one, other) => {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};
const style = (element) => getComputedStyle(element);
const above = (element) => {
  const found = [];
  for (let each = element; each; each = each.parentElement) found.push(each);
  return found;
};
const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
  && a.top < b.bottom - 1 && b.top < a.bottom - 1;
// The text of an SVG alone: what stands behind other text is axe's to say.
const ratioOfText = (element) => {
  const svg = element.closest("svg");
  const up = above(element);
  const unclear = (each) => style(each).opacity !== "1" || style(each).backgroundImage !== "none";
  if (!svg || up.some(unclear)) return 0;
  const grounds = up.map((each) => rgba(style(each).backgroundColor));
  const behind = [grounds.find((each) => each[3] === 1) || rgba("Canvas")];
  const box = element.getBoundingClientRect();
  for (const shape of svg.querySelectorAll("rect, circle, path, ellipse, polygon")) {
    const fill = style(shape).fill;
    if (fill !== "none" && meet(box, shape.getBoundingClientRect())) behind.push(rgba(fill));
  }
  return Math.min(...behind.map((each) => ratio(rgba(style(element).fill), each)));
};
const needed = (element) => {
  const size = parseFloat(style(element).fontSize), bold = Number(style(element).fontWeight) >= 700;
  return size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
};
"""
_RUN = (
    "async (options) => {"
    + _CONTRAST
    + """
  const found = await axe.run({ ...options, elementRef: true });
  const told = (rule, node, why) =>
    `${rule.id} (${rule.impact}): ${node.html.slice(0, 160)} ${why.slice(0, 200)}`;
  const wrong = found.violations.flatMap(
    (rule) => rule.nodes.map((node) => told(rule, node, node.failureSummary)));
  const open = found.incomplete.flatMap((rule) => rule.nodes.flatMap((node) => {
    if (rule.id !== "color-contrast") return [told(rule, node, "left undecided by axe")];
    const has = ratioOfText(node.element);
    return has >= needed(node.element) ? [] : [told(rule, node, `contrast ${has.toFixed(2)}, or undecided`)];
  }));
  const sound = [...document.querySelectorAll("audio, video")].map((each) => `sound: ${each.outerHTML}`);
  return [...wrong, ...open, ...sound];
}"""
)


# No selector is worked out for what is found, and no sheet of styles is asked for again: axe loads them for
# rules about turned screens and sound, of which the first is off, and a page with sound is a fault here.
_OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations", "incomplete"],
    "selectors": False,
    "preload": False,
}


def faults(page: Page, rules: dict[str, Any] | None = None) -> list[str]:
    """What is wrong with a page, by all of axe's rules or by these, and what nobody has decided."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = _OPTIONS | ({"runOnly": rules} if rules else {})
    return [str(each) for each in page.evaluate(_RUN, options)]


def contrasts(page: Page, selector: str) -> list[float]:
    """The contrast of each text of an SVG, by a CSS selector."""
    body = (
        f"(selector) => {{ {_CONTRAST} return [...document.querySelectorAll(selector)].map(ratioOfText); }}"
    )
    return [float(each) for each in page.evaluate(body, selector)]
