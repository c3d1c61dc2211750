// A paper in the frame of a page of ours, and the button that prints it.
import { all } from "./dom.js";

export function showPaper() {
  const [frame] = all("iframe[data-paper]");
  if (!frame) return;
  const [button] = all("[data-print-paper]");
  // Without a viewer the browser would save the paper unasked, so that nothing is asked for.
  if (!navigator.pdfViewerEnabled) {
    frame.remove();
    all("[data-no-viewer]").forEach((words) => { words.hidden = false; });
    return;
  }
  frame.onload = () => {
    button.hidden = false;
    if (document.activeElement === document.body) button.focus();
  };
  button.onclick = () => {
    try {
      frame.contentWindow.focus();
      frame.contentWindow.print();
    } catch {
      all("[data-no-print]").forEach((words) => { words.hidden = false; });
    }
  };
  // The row of small pages beside the paper takes its room; the frame is no larger than a sheet.
  frame.src = `${frame.dataset.paper}#navpanes=0&view=FitH`;
}
