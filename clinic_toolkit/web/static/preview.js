// The printed page beside the form in which a worksheet is written: it follows the draft each time that it is saved.
import { all } from "./dom.js";
import { frameWithViewer } from "./paper.js";

const PAUSE = 400;

export function showPreview() {
  const frame = frameWithViewer("iframe[data-preview]");
  if (!frame) return;
  const address = frame.dataset.preview + (frame.dataset.preview.includes("?") ? "&" : "?");
  let timer, shown = 0;
  all("[data-live]").forEach((words) => { words.hidden = false; });
  // `replace` leaves no step for the button Back; without the number the same address would not be loaded again.
  const show = () => frame.contentWindow?.location.replace(`${address}shown=${shown += 1}#navpanes=0&toolbar=0&view=FitH`);
  addEventListener("draftsaved", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
  show();
}
