// What was typed on this page and is not saved yet.
export const unsaved = new Set(); // save functions of forms with autosave
export const underWay = new Set(); // saves that were sent and not answered yet
export const tooMuchToGo = new Set(); // tests of forms with autosave: whether a browser drops it while it leaves
export const typedIn = new Set(); // forms without autosave that were typed in

// Whether there is unsaved text; it exists only in this page, so unlocking then happens in another tab.
export const holdsWords = () => unsaved.size + typedIn.size > 0;

// A request sent while leaving a page may have at most 64 KiB; larger text has to be saved before.
export const mustStay = () => [...tooMuchToGo].some((test) => test());

export function saveAll() {
  unsaved.forEach((save) => save());
  return Promise.all(underWay);
}

export function forgetAll() {
  unsaved.clear();
  typedIn.clear();
}
