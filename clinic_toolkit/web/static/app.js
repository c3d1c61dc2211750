// Comfort only: every page works without this file. Trusted Types are on: no markup is written from here.
"use strict";
const all = (what, from = document) => [...from.querySelectorAll(what)];
const make = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text }, more);
const { body } = document;
const unsaved = new Set(), underWay = new Set(), typedIn = new Set();
let box, typed, told = Date.now();

function hide(...shown) {
  box ||= make("main", "", { id: "cover", tabIndex: -1 });
  box.replaceChildren(...shown);
  body.append(box);
  body.classList.add("covered");
  box.focus();
}

// Words that are in no save live in this page alone: unlocking then happens in another tab.
const holdsWords = () => unsaved.size + typedIn.size > 0;

function cover() {
  if (box?.dataset.locked) return;
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
  unsaved.forEach((save) => save());
  await Promise.all(underWay);
  if (!holdsWords()) return form.submit();
  try {
    await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" } });
  } catch { /* the page stays covered, and the next pulse tells */ }
  cover();
}

// What was typed last in a form that was taken back belongs to nobody who is here now.
function drop() {
  unsaved.clear();
  typedIn.clear();
  delete body.dataset.pulse;
  hide(make("h1", "This form was taken back"), make("p", "What was saved is kept."), make("a", "Go on", { href: "/" }));
  box.dataset.locked = "yes";
  body.replaceChildren(box);
}

const isTakenBack = ({ status }) => [403, 404].includes(status) && body.dataset.pulse?.startsWith("/form/");

// 403: the device was handed to a client meanwhile, and this page is not the client's.
const isLocked = (answer) => [401, 403].includes(answer.status) || answer.type === "opaqueredirect";

async function pulse() {
  if (!body.dataset.pulse || document.hidden) return;
  try {
    const sign = typed ? "typed" : "1";
    typed = false;
    told = Date.now();
    const answer = await fetch(body.dataset.pulse, { redirect: "manual", headers: { "X-Pulse": sign, Accept: "application/json" } });
    if (isTakenBack(answer)) return drop();
    if (isLocked(answer)) return cover();
    if (!box?.dataset.locked || !answer.ok) return;
    if (!holdsWords()) return location.reload();
    const { csrf_token: value } = await answer.json();
    all("[name=csrf_token]").forEach((field) => Object.assign(field, { value }));
    body.classList.remove("covered");
    box = box.remove();
    unsaved.forEach((save) => save());
  } catch { /* between two workers: the next pulse tells */ }
}

function autosave(form) {
  const status = form.querySelector("[data-status]");
  let timer, since, resent, again, waiting = 0, running = Promise.resolve();
  const say = (text, wrong, url) => {
    status.replaceChildren(text, " ", url ? make("a", "Look at it", { href: url }) : "");
    status.classList.toggle("not", wrong);
  };
  const later = (ms) => { clearTimeout(timer); timer = setTimeout(save, ms); };
  async function send(keepalive) {
    // A cover keeps its words to itself until this same page is let in again.
    if (box?.dataset.locked || !unsaved.delete(save)) return;
    since = 0;
    let answer, said = {};
    try {
      answer = await fetch(form.dataset.autosave, {
        method: "POST", body: new FormData(form), redirect: "manual", keepalive,
        headers: { "X-Autosave": again ? "again" : "1", Accept: "application/json" } });
      said = await answer.json();
    } catch { /* no answer, or none in words */ }
    if (answer?.ok) {
      typed &&= holdsWords(); // the save was the sign
      if (said.version && form.elements.version) form.elements.version.value = said.version;
      return unsaved.has(save) || say(`Saved ${said.saved || ""}`, false);
    }
    if (answer && isTakenBack(answer)) return drop();
    if (answer?.status !== 409) unsaved.add(save);
    if (answer && isLocked(answer)) return cover();
    say(`Not saved: ${said.message || "no answer. Your words are still here."}`, true, said.url);
    // Trying again is no sign of a person: it must not hold the lock back.
    again = true;
    if (!answer || answer.status > 499) later(10000);
  }
  function save(keepalive) {
    clearTimeout(timer);
    waiting += 1;
    underWay.delete(running);
    running = running.then(() => send(keepalive === true)).finally(() => { waiting -= 1; });
    underWay.add(running);
  }
  form.addEventListener("input", ({ target }) => {
    unsaved.add(save);
    again = false;
    since ||= Date.now();
    later("autosaveNow" in form.dataset && target.matches("[type=radio],[type=checkbox]")
      ? 0 : Math.max(0, Math.min(2000, since + 10000 - Date.now())));
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    unsaved.delete(save);
    if (resent || !waiting) return;
    // A save under way moves the version on: the page waits for it, or it would contradict itself.
    event.preventDefault();
    running.then(() => setTimeout(() => {
      resent = true;
      form.requestSubmit(event.submitter);
      resent = false;
    }));
  });
  document.addEventListener("visibilitychange", () => document.hidden && save(true));
}

function copy(button) {
  const from = document.querySelector(button.dataset.copy);
  const status = make("span", "", { className: "small soft", role: "status" });
  button.after(status);
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(from.value ?? from.innerText);
      status.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(from);
      status.textContent = "Marked: now press Ctrl and C";
    }
  };
}

all("[data-copy],[data-print]").forEach((button) => { button.hidden = false; });
all("form[data-autosave]").forEach(autosave);
all("form[method=post]:not([data-autosave],[role=search],:has([type=password]))").forEach((form) => {
  form.addEventListener("input", () => typedIn.add(form));
  form.addEventListener("submit", () => typedIn.delete(form));
});
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
all("[data-copy]").forEach(copy);
all("[data-print]").forEach((button) => { button.onclick = () => print(); });
all("[data-show]").forEach((tick) => {
  tick.parentNode.hidden = false;
  tick.onchange = () => { document.querySelector(tick.dataset.show).type = tick.checked ? "text" : "password"; };
});
all("[data-keys]").forEach((group) => group.addEventListener("keydown", (event) => {
  const option = all("[type=radio]", group)[event.key - 1];
  if (!option || event.ctrlKey || event.altKey || event.metaKey) return;
  option.focus();
  option.click();
  // On a page of many questions, on to the next one.
  const groups = all("[data-keys=on]");
  groups[groups.indexOf(group) + 1]?.querySelector("[type=radio]").focus();
}));
document.querySelector("[data-focus]")?.focus();

// A page kept in the browser's memory would show what the lock put away.
addEventListener("pagehide", ({ persisted }) => { document.documentElement.hidden = persisted; });
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
document.addEventListener("visibilitychange", pulse);
setInterval(pulse, 20000);
