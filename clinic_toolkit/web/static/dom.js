// DOM helpers that every script uses.
export const all = (what, from = document) => [...from.querySelectorAll(what)];
export const make = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text }, more);
// Set a status message. A new node each time, because screen readers do not repeat unchanged text.
export const say = (status, words) => status.replaceChildren(make("span", words));
