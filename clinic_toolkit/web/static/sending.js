// Before a form is sent, check that the program is unlocked: a locked program does not read the form, and the
// browser might not come back to the page with what was typed in it.
import { all } from "./dom.js";
import { isOpen, pulse } from "./lock.js";
import { holdsWords, mustStay, saveAll, typedIn } from "./unsaved.js";

const FIELDS = "textarea, select, input:not([type=hidden])";

export function askFirst(form) {
  let sure, asking;
  form.addEventListener("submit", async (event) => {
    if (sure || !document.body.dataset.pulse) return;
    // No text can be lost, so send at once. A locked program leaves the page as it is; the pulse then says why.
    if (!holdsWords()) return setTimeout(pulse, 1000);
    event.preventDefault();
    event.stopImmediatePropagation();
    if (asking) return;
    asking = true;
    const { submitter } = event;
    const open = await isOpen();
    asking = false;
    if (!open) return;
    sure = true;
    form.requestSubmit(submitter);
    sure = false;
  });
}

// Track text in forms without autosave, which exists only in this page. A page that answers a form with an
// error shows that text again, and it is not saved either.
export function keepWords(form) {
  if (!form.querySelector(FIELDS)) return;
  const note = () => typedIn.add(form);
  if (!form.matches("[data-autosave]")) form.addEventListener("input", note);
  if ("words" in document.body.dataset) note();
}

// For a page that answers a POST, Back and a reload would send the form again; browsers ask about that, or show
// nothing. Replacing the history entry makes it a GET; its URL leads to the same form, or to the page above.
export function findAgainByBack() {
  if ("words" in document.body.dataset) history.replaceState(null, "", location.href);
}

// With unsaved text, ask before a link or a reload leaves the page, but not when its form is sent.
export function askBeforeLeaving() {
  let sent;
  addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    sent = true;
    // A locked program leaves the page as it is.
    setTimeout(() => { sent = false; }, 2000);
  });
  addEventListener("beforeunload", (event) => {
    if (sent) return;
    // Start saving while the browser asks: a person who stays finds the text saved.
    const stays = mustStay();
    if (stays) saveAll();
    if (stays || typedIn.size) event.preventDefault();
  });
}

export const formsThatLeave = () => all("form[method=post]:not([data-cover],[role=search])");
