// The cover over a page whose keys were put away.
import { all, make } from "./dom.js";
import { forgetAll, holdsWords, underWay } from "./unsaved.js";

const { body, documentElement: root } = document;
const TOKENS = "[name=csrf_token]";
let box, under, title;

// Everything is taken out of the page, not only hidden: nothing can be read, found, printed or reached by a
// key. What was typed stays in the parts that are kept aside, and comes back with them.
export function hide(...shown) {
  box ||= make("main", "", { id: "cover", tabIndex: -1 });
  box.replaceChildren(...shown);
  if (!under) {
    // A viewer, or the groups of a recovery sheet, would still hold in a part kept aside what is shown no more.
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
  // A save that is still under way may fail; until then its words are kept.
  Promise.all(underWay).then(() => {
    if (!isPutAway()) return;
    sayLocked(why, then);
    if (!holdsWords()) under.replaceChildren();
  });
}

// What was typed last in a form that was taken back belongs to nobody who is here now.
export function drop() {
  forgetAll();
  delete body.dataset.pulse;
  hide(make("h1", "This form was closed"), make("p", "What was saved is safe."), make("a", "Go on", { href: "/" }));
  under.replaceChildren();
  box.dataset.locked = "yes";
}

// The keys are back: so is what was typed, or else the page as it is now.
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
