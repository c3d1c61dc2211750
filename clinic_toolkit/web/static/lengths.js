// Length limits, shown before anything is sent; typed text is never cut.
import { all, make, say } from "./dom.js";

// The program accepts a mebibyte per request; a request sent while leaving a page may have 64 KiB.
const MOST = 1000000, LEAVING = 60000;
export const TOO_MUCH = "Not saved: this is more text than fits at once. All of it is still here: make it shorter.";

const TOO_LARGE = "Not sent: this file is too large. Choose another one.";

const sizeOf = (form) => `${new URLSearchParams(new FormData(form))}`.length;
const filesOf = (form) => [...form.querySelectorAll("[type=file]")].flatMap((field) => [...field.files]);
const isTooLarge = (form) => filesOf(form).reduce((sum, file) => sum + file.size, 0) > MOST;
export const isTooMuch = (form) => sizeOf(form) > MOST;
export const roomWhileLeaving = (form) => sizeOf(form) < LEAVING;

function tellLength(field) {
  const most = Number(field.dataset.most);
  const told = make("p", "", { className: "hint", hidden: true });
  const look = () => {
    const left = most - [...field.value.normalize("NFC").trim()].length;
    say(told, left < 0
      ? `${-left} character${left === -1 ? "" : "s"} too long; it can hold ${most}. Nothing is cut.`
      : `${left} left of ${most} characters.`);
    told.hidden = left > most / 10;
    // Read out by screen readers only once the limit is exceeded, not at every letter.
    told.ariaLive = left < 0 ? "polite" : "off";
  };
  field.after(told);
  field.addEventListener("input", look);
  look();
}

// Runs before every other listener: a form that is too large is not sent and keeps its text.
function keepTooMuch(form) {
  const told = make("p", "", { className: "error", role: "alert", hidden: true });
  form.append(told);
  form.addEventListener("submit", (event) => {
    const wrong = isTooLarge(form) ? TOO_LARGE : isTooMuch(form) ? TOO_MUCH : "";
    told.hidden = !wrong;
    say(told, wrong);
    if (told.hidden) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
}

export function watchLengths() {
  all("main form[method=post]:has(textarea,[data-most],[type=file])").forEach(keepTooMuch);
  all("[data-most]").forEach(tellLength);
}
