// A paper in the frame of a page of ours, and the button that prints it.
import { all } from "./dom.js";

// The frame of this page, if there is one and the browser has a viewer for it.
export function frameWithViewer(selector) {
  const [frame] = all(selector);
  if (!frame || navigator.pdfViewerEnabled) return frame;
  // The browser would save the paper unasked, so that nothing is asked for.
  frame.remove();
  all("[data-no-viewer]").forEach((words) => { words.hidden = false; });
  return undefined;
}

export function showPaper() {
  const frame = frameWithViewer("iframe[data-paper]");
  if (!frame) return;
  const [button] = all("[data-print-paper]");
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
