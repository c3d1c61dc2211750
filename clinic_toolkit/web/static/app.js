// Comfort only: every page works without these files. Trusted Types are on: no markup is written from here.
import { autosave } from "./autosave.js";
import { showButtons } from "./buttons.js";
import { all } from "./dom.js";
import { answerByKeys, startAtTheQuestion } from "./keyboard.js";
import { watchTheLock } from "./lock.js";
import { unfold } from "./unfold.js";
import { typedIn } from "./unsaved.js";

showButtons();
all("form[data-autosave]").forEach(autosave);
all("form[method=post]:not([data-autosave],[role=search],:has([type=password]))").forEach((form) => {
  form.addEventListener("input", () => typedIn.add(form));
  form.addEventListener("submit", () => typedIn.delete(form));
});
all("[data-unfold]").forEach(unfold);
all("[data-keys]").forEach(answerByKeys);
watchTheLock();
startAtTheQuestion();
