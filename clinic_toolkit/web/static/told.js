// A date or a time in one piece of words: browsers tell the parts of its field apart, and an empty one as 0 and 0.
import { all, say } from "./dom.js";

const inWords = ({ type, value }) => !value ? `No ${type} yet.` : type === "time" ? `${value}.`
  : `${new Date(`${value}T12:00`).toLocaleDateString("en-GB", { dateStyle: "full" })}.`;

export const tellDates = () => all("[data-told]").forEach((told) => {
  const field = told.previousElementSibling;
  const look = () => say(told, inWords(field));
  // Seen as well where it tells more than the field: the day of the week.
  told.classList.toggle("unseen", field.type === "time");
  field.addEventListener("input", look);
  look();
});
