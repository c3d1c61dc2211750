// Answering by keyboard, with one rule for all questions. The keys work while an answer of a group, its "talk
// about it" box or a non-answer button has the focus; never in a text field, never while a key is held down.
import { all } from "./dom.js";

// Code points of the digit zero: Latin, Arabic, Persian, Devanagari.
const ZEROS = [0x30, 0x660, 0x6f0, 0x966];

// The character typed decides; else the key's position, because French keyboards need Shift for digits.
function digitOf({ key, code, shiftKey }) {
  const written = ZEROS.map((zero) => key.codePointAt(0) - zero).find((digit) => digit >= 0 && digit < 10);
  if (key.length === 1 && written !== undefined) return written;
  return shiftKey ? 0 : Number(/^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] || 0);
}

function letterOf({ key, code }) {
  return (/^[a-z]$/i.test(key) ? key : /^Key([A-Z])$/.exec(code)?.[1] || "").toLowerCase();
}

const answersOf = (group) => all("[type=radio]", group);
const first = (group) => answersOf(group).find((answer) => answer.checked) || answersOf(group)[0];

// Scroll only as far as needed, so that the heading above stays where it is.
function stand(at) {
  at.focus({ preventScroll: true });
  at.scrollIntoView({ block: "nearest" });
}

function answer(group, digit) {
  const chosen = answersOf(group).filter((each) => !each.closest(".way"))[digit - 1];
  if (!chosen) return false;
  chosen.focus();
  chosen.click();
  // On a page of many questions, on to the next one.
  const groups = all("fieldset[data-keys]");
  const next = groups[groups.indexOf(group) + 1];
  if (next && groups.includes(group)) stand(first(next));
  return true;
}

function press(group, letter) {
  const said = group.querySelector("details textarea");
  if (letter === "t") group.querySelector("[name$=talk]")?.click();
  if (letter !== "w" || !said) return letter === "t";
  said.closest("details").open = true;
  said.focus();
  return true;
}

export function answerByKeys(group) {
  group.addEventListener("keydown", (event) => {
    const { target, key } = event;
    const held = event.ctrlKey || event.altKey || event.metaKey || event.getModifierState("AltGraph");
    if (held || event.isComposing) return;
    if (key === "Escape" && target.matches("details textarea")) return stand(first(group));
    if (!target.matches("fieldset,[type=radio],[type=checkbox],[name=way]")) return;
    // A key that is held down answers one question, and Enter leaves one page.
    const done = event.repeat ? key === "Enter" : answer(group, digitOf(event))
      || (group.dataset.keys !== "digits" && press(group, letterOf(event)));
    if (done) event.preventDefault();
  });
  group.addEventListener("input", ({ target }) => {
    const ways = all("[name$=-way]", group);
    const answered = target.matches("[type=radio]");
    // There is only one answer: the last one counts.
    if (answered) all("[data-way]", group).forEach((way) => { way.ariaPressed = "false"; way.value = way.dataset.way; });
    if (answered || ways.includes(target)) (answered ? ways : [...ways, ...answersOf(group)]).forEach((each) => { each.checked &&= each === target; });
  });
}

// By a click the focus would stay on the fold.
export const writeWhereOpened = (fold) => fold.firstElementChild.addEventListener("click", () => setTimeout(() => fold.open && fold.querySelector("textarea").focus()));

export function startAtTheQuestion() {
  all("[data-keys-told]").forEach((rule) => { rule.hidden = false; });
  const start = document.querySelector("[data-focus]");
  if (start) stand(start);
}
