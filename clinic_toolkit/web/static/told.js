// Says a date or time as one sentence: browsers read the parts of the field separately, empty ones as 0.
import { all, say } from "./dom.js";

const inWords = ({ type, value }) => !value ? `No ${type} yet.` : type === "time" ? `${value}.`
  : `${new Date(`${value}T12:00`).toLocaleDateString("en-GB", { dateStyle: "full" })}.`;

export const tellDates = () => all("[data-told]").forEach((told) => {
  const field = told.previousElementSibling;
  // Visible for a date, where it adds the day of the week; for a time, or an empty field, only read out.
  const look = () => {
    say(told, inWords(field));
    told.classList.toggle("unseen", field.type === "time" || !field.value);
  };
  field.addEventListener("input", look);
  look();
});
