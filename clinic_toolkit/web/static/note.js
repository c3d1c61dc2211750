// Writing a note: going on and saving by keyboard, and phrases put where the cursor is.
import { all } from "./dom.js";

const BUTTONS = { Enter: "sign", s: "save" };

export function writeNote(form) {
  const fields = all("textarea", form);
  const insert = form.querySelector("[name=insert]");
  let last = fields[0];
  form.addEventListener("focusin", ({ target }) => { if (fields.includes(target)) last = target; });
  form.addEventListener("keydown", (event) => {
    const held = (event.ctrlKey || event.metaKey) && !event.altKey && !event.repeat && !event.isComposing;
    const button = held && form.elements[BUTTONS[event.key]];
    if (!button) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
  if (!insert) return;
  form.elements.into.closest(".field").hidden = true;
  insert.replaceChildren("Put it where the cursor is");
  insert.addEventListener("click", (event) => {
    const phrase = form.elements.phrase.selectedOptions[0];
    event.preventDefault();
    if (!phrase?.dataset.text) return;
    last.focus();
    last.setRangeText(phrase.dataset.text, last.selectionStart, last.selectionEnd, "end");
    last.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
