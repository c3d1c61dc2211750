// Comfort only: every page works without this file. No innerHTML, no eval (Trusted Types are on).
"use strict";
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const make = (tag, text, extra) => Object.assign(document.createElement(tag), { textContent: text }, extra);
let anyUnsaved = () => false;

function cover() {
  if (document.getElementById("cover")) return;
  const lock = document.body.dataset.lock || "/";
  const unsaved = anyUnsaved();
  const link = make("a", "Unlock", { className: "button main", href: lock });
  const box = make("main", "", { id: "cover", tabIndex: -1 });
  box.append(make("h1", "Locked"), make("p", unsaved
    ? "What you typed last is not saved yet. It stays on this page: unlock in a new tab, then come back here."
    : "Nobody was at work here for a while, so the keys were put away."), link);
  // Words that are not saved live in this page alone; following the link here would lose them.
  if (unsaved) Object.assign(link, { target: "_blank", rel: "noopener" });
  document.body.append(box);
  document.body.classList.add("covered");
  box.focus();
}

async function pulse() {
  const url = document.body.dataset.pulse;
  if (!url || document.hidden) return;
  try {
    const answer = await fetch(url, { redirect: "manual", headers: { "X-Pulse": "1" } });
    if (answer.status === 401 || answer.type === "opaqueredirect") return cover();
    if (!answer.ok || !document.getElementById("cover")) return;
    const { csrf_token: token } = await answer.json();
    if (!anyUnsaved()) return location.reload();
    all("input[name=csrf_token]").forEach((field) => { field.value = token; });
    document.getElementById("cover").remove();
    document.body.classList.remove("covered");
    document.dispatchEvent(new Event("uncovered"));
  } catch { /* the keeper may be between two workers; the next pulse tells */ }
}

function autosave(form) {
  const status = form.querySelector("[data-status]");
  let dirty = false, busy = null, wait, oldest = 0;
  const say = (text, wrong, url) => {
    if (!status) return;
    status.replaceChildren(text);
    if (url) status.append(" ", make("a", "Look at both", { href: url }));
    status.classList.toggle("not", wrong);
  };
  const again = () => { clearTimeout(wait); wait = setTimeout(save, 10000); };
  async function send(keepalive) {
    dirty = false; oldest = 0;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: new FormData(form), redirect: "manual", keepalive, headers: { "X-Autosave": "1" } });
      if (answer.status === 401 || answer.type === "opaqueredirect") { dirty = true; return cover(); }
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) {
        if (said.version !== undefined && form.elements.version) form.elements.version.value = said.version;
        return dirty || say(said.saved ? `Saved ${said.saved}` : "Saved", false);
      }
      say(`Not saved: ${said.message || "something went wrong. Your words are still here."}`, true, said.url);
      if (answer.status >= 500) { dirty = true; again(); }
    } catch {
      dirty = true;
      say("Not saved: the toolkit does not answer. Your words are still here.", true);
      again();
    }
  }
  function save(keepalive = false) {
    clearTimeout(wait);
    if (!dirty) return busy;
    const turn = (busy || Promise.resolve()).then(() => dirty && send(keepalive));
    busy = turn.finally(() => { if (busy === turn) busy = null; });
    return turn;
  }
  const touched = (now) => {
    dirty = true;
    oldest ||= Date.now();
    clearTimeout(wait);
    wait = setTimeout(save, now ? 0 : Math.max(0, Math.min(2000, oldest + 10000 - Date.now())));
  };
  form.addEventListener("input", (event) => touched("autosaveNow" in form.dataset && event.target.matches("[type=radio],[type=checkbox]")));
  form.addEventListener("submit", async (event) => {
    clearTimeout(wait);
    if (!busy) { dirty = false; return; }
    // A save under way moves the version on; sending the page before it ends would contradict itself.
    event.preventDefault();
    await busy.catch(() => 0);
    dirty = false;
    form.requestSubmit(event.submitter);
  });
  document.addEventListener("uncovered", () => dirty && save());
  document.addEventListener("visibilitychange", () => document.hidden && dirty && save(true));
  const before = anyUnsaved;
  anyUnsaved = () => dirty || before();
}

function copy(button) {
  const from = document.querySelector(button.dataset.copy);
  const status = make("span", "", { className: "small soft" });
  status.setAttribute("role", "status");
  button.hidden = false;
  button.after(status);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(from.value ?? from.innerText);
      status.textContent = "Copied";
    } catch {
      if (from.select) from.select(); else getSelection().selectAllChildren(from);
      status.textContent = "Marked: copy it with Ctrl+C";
    }
  });
}

all("form[data-autosave]").forEach(autosave);
all("[data-copy]").forEach(copy);
all("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });
all("[data-show]").forEach((box) => {
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.addEventListener("change", () => all(box.dataset.show).forEach((field) => { field.type = box.checked ? "text" : "password"; }));
});
all("[data-keys]").forEach((group) => group.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
  const option = all("input[type=radio]", group)[event.key - 1];
  if (option) { event.preventDefault(); option.focus(); option.click(); }
}));
document.querySelector("[data-focus]")?.focus();

// A page taken out of the browser's memory would show what the lock put away.
addEventListener("pagehide", (event) => event.persisted && document.documentElement.classList.add("away"));
addEventListener("pageshow", (event) => event.persisted && location.reload());
document.addEventListener("visibilitychange", pulse);
setInterval(pulse, 20000);
