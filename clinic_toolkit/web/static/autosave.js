// Autosave: saves a form while it is being filled in.
import { drop, isPutAway, renew } from "./cover.js";
import { all, say as tell } from "./dom.js";
import { TOO_MUCH, isTooMuch, roomWhileLeaving } from "./lengths.js";
import { isLocked, isTakenBack, putAway, saveWasTheSign } from "./lock.js";
import { tooMuchToGo, typedIn, underWay, unsaved } from "./unsaved.js";

export function autosave(form) {
  const status = form.querySelector("[data-status]");
  let timer, since, resent, again, renewed, waiting = 0, running = Promise.resolve();
  const say = (text, wrong) => {
    tell(status, text);
    status.classList.toggle("not", wrong);
  };
  const later = (ms) => { clearTimeout(timer); timer = setTimeout(save, ms); };
  async function send(keepalive) {
    // A covered page does not save until it is unlocked again.
    if (isPutAway() || !unsaved.delete(save)) return;
    since = 0;
    if (isTooMuch(form)) {
      unsaved.add(save);
      return say(TOO_MUCH, true);
    }
    let answer, said = {};
    try {
      answer = await fetch(form.dataset.autosave, {
        method: "POST", body: new FormData(form), redirect: "manual", keepalive: keepalive && roomWhileLeaving(form),
        headers: { "X-Autosave": again ? "again" : "1", Accept: "application/json" } });
      said = await answer.json();
    } catch { /* no answer, or none in words */ }
    if (answer?.ok) {
      typedIn.delete(form);
      saveWasTheSign();
      dispatchEvent(new Event("draftsaved"));
      // A draft has a version of its own, besides the version of the record that the form will change.
      for (const name of ["version", "draft"]) if (said[name] && form.elements[name]) form.elements[name].value = said[name];
      all("[data-proposed]", form).forEach((place) => tell(place, said.proposed));
      return unsaved.has(save) || say(said.draft ? `Draft saved ${said.saved}` : `Saved ${said.saved || ""}`, false);
    }
    // The page is older than the last unlock: try once more with the current CSRF token.
    if (said.csrf_token && !renewed) {
      renew(said.csrf_token);
      unsaved.add(save);
      save();
      renewed = true;
      return;
    }
    renewed = false;
    if (answer && isTakenBack(answer)) return drop();
    // Changed in another window: not retried automatically, but the text exists only in this page.
    if (answer?.status === 409) typedIn.add(form);
    else unsaved.add(save);
    if (answer && isLocked(answer)) return putAway();
    say(`Not saved: ${said.message || "no answer. Your words are still here."}`, true);
    // A retry is no activity of a person, so it must not delay the lock.
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
  tooMuchToGo.add(() => (unsaved.has(save) || waiting > 0) && !roomWhileLeaving(form));
  form.addEventListener("input", ({ target }) => {
    unsaved.add(save);
    again = false;
    since ||= Date.now();
    later("autosaveNow" in form.dataset && target.matches("[type=radio],[type=checkbox]")
      ? 0 : Math.max(0, Math.min(2000, since + 2500 - Date.now())));
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    // If the page is not left after all, its text is still unsaved.
    if (unsaved.delete(save)) typedIn.add(form);
    if (resent || !waiting) return;
    // A pending save changes the version, so wait for it; otherwise the form would conflict with its own save.
    event.preventDefault();
    running.then(() => setTimeout(() => {
      resent = true;
      form.requestSubmit(event.submitter);
      resent = false;
    }));
  });
  document.addEventListener("visibilitychange", () => document.hidden && save(true));
}
