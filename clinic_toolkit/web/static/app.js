// Comfort only: every page works without these files. Trusted Types are on: no markup is written from here.
import { autosave } from "./autosave.js";
import { showButtons } from "./buttons.js";
import { all } from "./dom.js";
import { answerByKeys, startAtTheQuestion } from "./keyboard.js";
import { watchLengths } from "./lengths.js";
import { watchTheLock } from "./lock.js";
import { unfold } from "./unfold.js";
import { typedIn } from "./unsaved.js";

showButtons();
watchLengths();
all("form[data-autosave]").forEach(autosave);
all("form[method=post]:not([data-autosave],[role=search],:has([type=password]))").forEach((form) => {
  form.addEventListener("input", () => typedIn.add(form));
  form.addEventListener("submit", () => typedIn.delete(form));
});
all("[data-unfold]").forEach(unfold);
// A page that is shown again because something is wrong holds words that are saved nowhere.
if (document.querySelector("main [role=alert][data-focus]")) {
  all("main form[method=post]:not([role=search],:has([type=password]))").forEach((form) => {
    if (form.querySelector("textarea,.input,[type=radio]")) typedIn.add(form);
  });
}
all("[data-keys]").forEach(answerByKeys);
watchTheLock();
startAtTheQuestion();
