// Covering and locking, and the pulse by which a page notices that the keys were put away.
import { cover, drop, hide, isCovered, isPutAway, renew, uncover } from "./cover.js";
import { all, make } from "./dom.js";
import { holdsWords, saveAll } from "./unsaved.js";

const { body, documentElement: root } = document;
const FIELD = "main :is(textarea, input[type=text]:not(.secret))";
const others = new BroadcastChannel("clinic"); // the other pages of this browser
let typed, told = Date.now(), silent = 0, lastField = "";

export function putAway() {
  if (isPutAway()) return;
  cover();
  others.postMessage("away");
}

// Hide the page first, then save what is typed, and only then put the keys away.
async function coverUp(form) {
  if (isCovered()) return;
  if (form.elements.back) form.elements.back.value = (form.elements.back.value || location.pathname) + lastField;
  hide(make("h1", "A pause"), make("p", "Saving what you typed."));
  await saveAll();
  if (!holdsWords()) {
    others.postMessage("away");
    body.append(form); // a form that is in no page is not sent
    return form.submit();
  }
  try {
    await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" } });
  } catch { /* the page stays covered, and the next pulse tells */ }
  putAway();
}

const isForm = () => body.dataset.pulse?.startsWith("/form/");

export const isTakenBack = ({ status }) => [403, 404].includes(status) && isForm();

// 403: the device was handed to a client in the meantime, and this page is the clinician's.
export const isLocked = (answer) => [401, 403].includes(answer.status) || answer.type === "opaqueredirect";

// A successful save reports the typing as activity, so the next pulse need not.
export function saveWasTheSign() {
  typed &&= holdsWords();
}

// Ask whether the program is still unlocked; every answer brings the current CSRF token.
async function ask(sign) {
  typed = false;
  told = Date.now();
  const answer = await fetch(body.dataset.pulse, { redirect: "manual", headers: { "X-Pulse": sign, Accept: "application/json" } });
  silent = 0;
  if (isTakenBack(answer)) drop();
  else if (isLocked(answer)) putAway();
  else if (answer.ok) renew((await answer.json()).csrf_token);
  root.classList.remove("unsure");
  return answer.ok;
}

// A request may get lost between two workers; two in a row mean that the program has ended.
function noAnswer(then) {
  silent += 1;
  if (silent < 2) return new Promise((resolve) => { setTimeout(() => resolve(then()), 1000); });
  cover("No answer from the program", "Start it again and unlock it there, then come back to this tab.");
}

export async function pulse() {
  if (!body.dataset.pulse || document.hidden) return;
  try {
    if (await ask(typed ? "typed" : "1") && isPutAway()) uncover(saveAll);
  } catch { return noAnswer(pulse); }
}

// Whether a form sent now would be accepted; this counts as activity of a person.
export async function isOpen() {
  try {
    return await ask("typed") && !isPutAway();
  } catch { return noAnswer(isOpen); }
}

function hear({ data }) {
  if (!body.dataset.pulse) return;
  // A client's page is not covered on a message from the clinician's pages; it sends its own pulse.
  if (data === "away" && !isForm()) cover();
  else if (isForm() || isPutAway()) pulse();
}

function watchTheTime() {
  // Report typing at once and not at the next pulse: the idle timeout may end before the save is due.
  addEventListener("input", () => {
    typed = true;
    if (Date.now() - told > 10000) pulse();
  });
  // A page restored from the browser's back/forward cache would show what the lock has hidden.
  addEventListener("pagehide", ({ persisted }) => { root.hidden = persisted; });
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  addEventListener("focus", pulse);
  document.addEventListener("visibilitychange", () => {
    // A page that was in the background may be out of date, so it is shown only after the next answer.
    const unsure = !document.hidden && body.dataset.pulse && !isCovered() && Date.now() - told > 2000;
    root.classList.toggle("unsure", Boolean(unsure));
    pulse();
  });
  setInterval(pulse, 20000);
}

// Come back to the field that the address names, behind what was typed.
export function findFieldAgain() {
  const field = document.getElementById(location.hash.slice(1));
  if (!field?.matches(FIELD)) return;
  field.focus();
  field.setSelectionRange(1e6, 1e6);
}

export function watchTheLock() {
  addEventListener("focusin", ({ target }) => {
    if (target.matches(FIELD)) lastField = `#${target.id}`;
  });
  all("form[data-cover]").forEach((form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    coverUp(form);
  }));
  all("form[data-away]").forEach((form) => form.addEventListener("submit", () => others.postMessage("away")));
  addEventListener("keydown", (event) => {
    const form = document.querySelector("form[data-cover]");
    if (event.key !== "F8" || event.ctrlKey || event.altKey || event.metaKey || !form) return;
    event.preventDefault();
    coverUp(form);
  });
  others.addEventListener("message", hear);
  // Tell the other pages of this browser whether the program is unlocked or locked.
  others.postMessage(body.dataset.pulse && !isForm() ? "open" : "away");
  watchTheTime();
}
