// Buttons that need a script, and are hidden without one.
import { all, make, say } from "./dom.js";

function copy(button) {
  const from = document.querySelector(button.dataset.copy);
  const status = make("span", "", { className: "small soft", role: "status" });
  button.after(status);
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(from.value ?? from.innerText);
      say(status, "Copied");
    } catch {
      getSelection().selectAllChildren(from);
      say(status, "Marked: now press Ctrl and C");
    }
  };
}

// Text that is shown as dots must not be readable by copying it.
const stayHidden = (event) => event.target.matches(".secret:not(.shown)") && event.preventDefault();

export function showButtons() {
  all("[data-copy],[data-print]").forEach((button) => { button.hidden = false; });
  all("[data-copy]").forEach(copy);
  all("[data-print]").forEach((button) => { button.onclick = () => print(); });
  ["copy", "cut", "dragstart"].forEach((act) => addEventListener(act, stayHidden, true));
  all("[data-show]").forEach((tick) => {
    tick.parentNode.hidden = false;
    tick.onchange = () => document.querySelector(tick.dataset.show).classList.toggle("shown", tick.checked);
  });
}
