// The cover over a page whose keys were put away, and the pulse that tells when they were.
import { all, make } from "./dom.js";
import { forgetAll, holdsWords, saveAll, unsaved } from "./unsaved.js";

const { body } = document;
let box, typed, told = Date.now();

function hide(...shown) {
  box ||= make("main", "", { id: "cover", tabIndex: -1 });
  box.replaceChildren(...shown);
  body.append(box);
  body.classList.add("covered");
  box.focus();
}

export const isPutAway = () => Boolean(box?.dataset.locked);

export function cover() {
  if (isPutAway()) return;
  const kept = holdsWords();
  hide(make("h1", "Locked"), make("p", kept
    ? "What you typed last is not saved yet. Unlock in a new tab, then come back to this one."
    : "The keys were put away."),
  make("a", "Unlock", {
    className: "button main",
    href: `${body.dataset.lock || "/"}?back=${encodeURIComponent(kept ? "" : location.pathname)}`,
    target: kept ? "_blank" : "",
  }));
  box.dataset.locked = "yes";
}

// Out of sight first; then what is typed goes to the disk, and only then the keys are put away.
async function coverUp(form) {
  if (box) return;
  form.elements.back.value ||= location.pathname;
  hide(make("h1", "A pause"), make("p", "Saving what you typed."));
  await saveAll();
  if (!holdsWords()) return form.submit();
  try {
    await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" } });
  } catch { /* the page stays covered, and the next pulse tells */ }
  cover();
}

// What was typed last in a form that was taken back belongs to nobody who is here now.
export function drop() {
  forgetAll();
  delete body.dataset.pulse;
  hide(make("h1", "This form was taken back"), make("p", "What was saved is kept."), make("a", "Go on", { href: "/" }));
  box.dataset.locked = "yes";
  body.replaceChildren(box);
}

export const isTakenBack = ({ status }) => [403, 404].includes(status) && body.dataset.pulse?.startsWith("/form/");

// 403: the device was handed to a client meanwhile, and this page is not the client's.
export const isLocked = (answer) => [401, 403].includes(answer.status) || answer.type === "opaqueredirect";

// A save that was confirmed told of the typing as well as a pulse would.
export function saveWasTheSign() {
  typed &&= holdsWords();
}

export async function pulse() {
  if (!body.dataset.pulse || document.hidden) return;
  try {
    const sign = typed ? "typed" : "1";
    typed = false;
    told = Date.now();
    const answer = await fetch(body.dataset.pulse, { redirect: "manual", headers: { "X-Pulse": sign, Accept: "application/json" } });
    if (isTakenBack(answer)) return drop();
    if (isLocked(answer)) return cover();
    if (!isPutAway() || !answer.ok) return;
    if (!holdsWords()) return location.reload();
    const { csrf_token: value } = await answer.json();
    all("[name=csrf_token]").forEach((field) => Object.assign(field, { value }));
    body.classList.remove("covered");
    box = box.remove();
    unsaved.forEach((save) => save());
  } catch { /* between two workers: the next pulse tells */ }
}

export function watchTheLock() {
  all("form[data-cover]").forEach((form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    coverUp(form);
  }));
  addEventListener("keydown", (event) => {
    const form = document.querySelector("form[data-cover]");
    if (event.key !== "F8" || event.ctrlKey || event.altKey || event.metaKey || !form) return;
    event.preventDefault();
    coverUp(form);
  });
  // Said at once, not at the next pulse: the idle time may be over before the save is due.
  addEventListener("input", () => {
    typed = true;
    if (Date.now() - told > 10000) pulse();
  });
  // A page kept in the browser's memory would show what the lock put away.
  addEventListener("pagehide", ({ persisted }) => { document.documentElement.hidden = persisted; });
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  document.addEventListener("visibilitychange", pulse);
  setInterval(pulse, 20000);
}
