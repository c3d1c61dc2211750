// "For the clinician" opens in place. The page holds none of its content before that or after it is closed.
import { make } from "./dom.js";
import { isLocked, putAway } from "./lock.js";

const KEY = "F2";
const { body } = document;
const isCovered = () => body.classList.contains("covered");

export function unfold(row) {
  const link = row.querySelector("a");
  const button = make("button", link.textContent, { type: "button", className: link.className });
  let box, before, waiting;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-keyshortcuts", KEY);
  link.replaceWith(button);
  row.querySelector("[hidden]").hidden = false;
  function close() {
    const inside = box.contains(document.activeElement);
    box = box.remove();
    button.setAttribute("aria-expanded", "false");
    if (inside) (before?.isConnected ? before : button).focus();
  }
  async function open() {
    if (waiting) return;
    waiting = true;
    let lines;
    try {
      const answer = await fetch(link.href, { redirect: "manual", headers: { "X-Unfold": "1", Accept: "application/json" } });
      if (isLocked(answer)) return putAway();
      ({ lines } = await answer.json());
      if (isCovered()) return;
    } catch {
      lines = [{ words: "No answer. Press again." }];
    } finally {
      waiting = false;
    }
    button.setAttribute("aria-expanded", "true");
    box = make("section", "", { className: "unfolded", tabIndex: -1, ariaLabel: button.textContent });
    box.append(...lines.map(({ words, href, link: label }) => {
      const line = make("p", `${words} `);
      if (href) line.append(make("a", label, { href }));
      return line;
    }));
    row.after(box);
  }
  // Close it when the page is covered: somebody else may be looking on when it is uncovered.
  new MutationObserver(() => isCovered() && box && close()).observe(body, { attributeFilter: ["class"] });
  button.onclick = () => { before = button; return box ? close() : open(); };
  addEventListener("keydown", async (event) => {
    if (event.key !== KEY || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (box) return close();
    before = document.activeElement;
    await open();
    box?.focus();
  });
}
