// The two shorthands that every script here uses.
export const all = (what, from = document) => [...from.querySelectorAll(what)];
export const make = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text }, more);
