// What a search finds is shown while words are typed. It comes as one of our pages, of which nothing is run; the
// words go by POST, and the address that is kept for Back holds a random number.
import { all, say } from "./dom.js";

const PAUSE = 250;

export function searchWhileTyping(form) {
  let timer, request;
  function find(asked) {
    request?.abort();
    request = new XMLHttpRequest();
    request.responseType = "document";
    request.onload = ({ target: { response, responseURL } }) => {
      const [found] = response ? all("#found", response) : [];
      // Locked, or another page: the pulse says what it is.
      if (!found) return;
      all("#found").forEach((before) => before.replaceWith(found));
      say(all("[data-status]")[0], all("[data-status]", response)[0].textContent);
      history.replaceState(null, "", responseURL);
      if ("more" in found.dataset) timer = setTimeout(find, 0, all("form", found)[0]);
    };
    request.open("POST", form.action);
    request.send(new FormData(asked));
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE, form);
  });
}
