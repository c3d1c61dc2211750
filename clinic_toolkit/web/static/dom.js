// The shorthands that every script here uses.
export const all = (what, from = document) => [...from.querySelectorAll(what)];
export const make = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text }, more);
// Said in a status. The words come as a node of their own: set as text, the same words are not told a second time.
export const say = (status, words) => status.replaceChildren(make("span", words));
