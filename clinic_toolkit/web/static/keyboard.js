// Answering by number keys.
import { all } from "./dom.js";

export function answerByNumber(group) {
  group.addEventListener("keydown", (event) => {
    const option = all("[type=radio]", group)[event.key - 1];
    if (!option || event.ctrlKey || event.altKey || event.metaKey) return;
    option.focus();
    option.click();
    // On a page of many questions, on to the next one.
    const groups = all("[data-keys=on]");
    groups[groups.indexOf(group) + 1]?.querySelector("[type=radio]").focus();
  });
}
