// What was typed on this page and is in no save yet.
export const unsaved = new Set(); // save functions of forms with autosave
export const underWay = new Set(); // saves that were sent and not answered yet
export const tooMuchToGo = new Set(); // tests of forms with autosave: whether a browser drops it while it leaves
export const typedIn = new Set(); // forms without autosave that were typed in

// Such words live in this page alone: unlocking then happens in another tab.
export const holdsWords = () => unsaved.size + typedIn.size > 0;

// A browser takes 64 KiB along when it leaves a page. More than that is sent and waited for before.
export const mustStay = () => [...tooMuchToGo].some((test) => test());

export function saveAll() {
  unsaved.forEach((save) => save());
  return Promise.all(underWay);
}

export function forgetAll() {
  unsaved.clear();
  typedIn.clear();
}
