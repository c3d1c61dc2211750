// Comfort only: every page works without these files. Trusted Types are on: no markup is written from here.
import { autosave } from "./autosave.js";
import { showButtons } from "./buttons.js";
import { all } from "./dom.js";
import { answerByKeys, startAtTheQuestion, writeWhereOpened } from "./keyboard.js";
import { watchLengths } from "./lengths.js";
import { findFieldAgain, watchTheLock } from "./lock.js";
import { showPaper } from "./paper.js";
import { showPreview } from "./preview.js";
import { askBeforeLeaving, askFirst, findAgainByBack, formsThatLeave, keepWords } from "./sending.js";
import { tellDates } from "./told.js";
import { unfold } from "./unfold.js";

findAgainByBack();
showButtons();
watchLengths();
tellDates();
formsThatLeave().forEach(askFirst);
formsThatLeave().filter((form) => !form.matches(":has(.secret)")).forEach(keepWords);
all("form[data-autosave]").forEach(autosave);
all("[data-unfold]").forEach(unfold);
all("[data-keys]").forEach(answerByKeys);
all("details:has(> .field textarea)").forEach(writeWhereOpened);
showPaper();
showPreview();
askBeforeLeaving();
watchTheLock();
startAtTheQuestion();
findFieldAgain();
