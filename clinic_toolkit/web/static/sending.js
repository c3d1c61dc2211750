// Before a form leaves the page: is anybody there to take it? A locked program reads nothing, and a page
// that was left is not found again with what was typed in it.
import { all } from "./dom.js";
import { isOpen, pulse } from "./lock.js";
import { holdsWords, mustStay, saveAll, typedIn } from "./unsaved.js";

const FIELDS = "textarea, select, input:not([type=hidden])";

export function askFirst(form) {
  let sure, asking;
  form.addEventListener("submit", async (event) => {
    if (sure || !document.body.dataset.pulse) return;
    // Nothing can be lost: it goes at once. A locked program leaves the page as it is; the pulse then says why.
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

// Words without autosave are in this page alone until it is left. A page that answered a form shows its
// words again, and they are in no save either.
export function keepWords(form) {
  if (!form.querySelector(FIELDS)) return;
  const note = () => typedIn.add(form);
  if (!form.matches("[data-autosave]")) form.addEventListener("input", note);
  if ("words" in document.body.dataset) note();
}

// A page that answers a form is one that Back and a reload would have to send again; browsers ask about that, or
// show nothing. From now on it counts as looked at. Its address leads to the same form, or to the page above.
export function findAgainByBack() {
  if ("words" in document.body.dataset) history.replaceState(null, "", location.href);
}

// Words that are on this page alone: a link or a reload asks first, a form that is sent does not.
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
    // Asked while it is being saved: whoever stays finds it saved, whoever leaves is told of what is lost.
    const stays = mustStay();
    if (stays) saveAll();
    if (stays || typedIn.size) event.preventDefault();
  });
}

export const formsThatLeave = () => all("form[method=post]:not([data-cover],[role=search])");
