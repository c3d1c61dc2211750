// The cover over a page while the keys are put away.
import { all, make } from "./dom.js";
import { forgetAll, holdsWords, underWay } from "./unsaved.js";

const { body, documentElement: root } = document;
const TOKENS = "[name=csrf_token]";
let box, under, title;

// The content is removed from the document, not only hidden, so that it cannot be read, searched, printed or
// focused. Typed text stays in the removed nodes, which are put back by `uncover`.
export function hide(...shown) {
  box ||= make("main", "", { id: "cover", tabIndex: -1 });
  box.replaceChildren(...shown);
  if (!under) {
    // PDF viewers and the groups of a recovery sheet are deleted: removed nodes would still hold their content.
    all("iframe, embed, object, [data-paper]").forEach((paper) => paper.remove());
    under = document.createDocumentFragment();
    under.append(...body.childNodes);
  }
  body.append(box);
  title ||= document.title;
  document.title = `${shown[0].textContent} · Clinic toolkit`;
  body.classList.add("covered");
  root.classList.remove("unsure");
  box.focus();
}

export const isCovered = () => Boolean(box);

export const isPutAway = () => Boolean(box?.dataset.locked);

function sayLocked(why, then) {
  const kept = holdsWords();
  hide(make("h1", why), make("p", kept ? `What you typed last is not saved yet. ${then}` : "What was on this page is hidden."),
    make("a", "Unlock", {
      className: "button main",
      href: `${body.dataset.lock || "/"}?back=${encodeURIComponent(kept ? "" : location.pathname)}`,
      target: kept ? "_blank" : "",
    }));
}

export function cover(why = "Locked", then = "Unlock in a new tab, then come back to this one.") {
  if (isPutAway()) return;
  sayLocked(why, then);
  box.dataset.locked = "yes";
  // A save that is still pending may fail, so its text is kept until it has ended.
  Promise.all(underWay).then(() => {
    if (!isPutAway()) return;
    sayLocked(why, then);
    if (!holdsWords()) under.replaceChildren();
  });
}

// Discard what was typed in a handed-over form that has ended: nobody at this screen may see it.
export function drop() {
  forgetAll();
  delete body.dataset.pulse;
  hide(make("h1", "This form was closed"), make("p", "What was saved is safe."), make("a", "Go on", { href: "/" }));
  under.replaceChildren();
  box.dataset.locked = "yes";
}

// After an unlock: put typed text back, or reload the page if there is none.
export function uncover(saveAll) {
  if (!holdsWords()) return location.reload();
  body.classList.remove("covered");
  box = box.remove();
  body.append(under);
  under = undefined;
  document.title = title;
  saveAll();
}

export function renew(value) {
  [...all(TOKENS), ...under ? all(TOKENS, under) : []].forEach((field) => Object.assign(field, { value }));
}
