// <c-confirm>: the details that asks before an act becomes a dialog.
import { fresh, key } from "./dom.js";

export function confirmInDialog(root) {
  for (const details of fresh(root, "confirm")) {
    const summary = details.querySelector("summary");
    const body = details.querySelector(".confirm-body");
    const title = body.querySelector("[data-confirm-title]");
    const close = body.querySelector("[data-close]");
    const dialog = document.createElement("dialog");
    title.id ||= `confirm-${key().slice(0, 8)}`;
    dialog.setAttribute("aria-labelledby", title.id);
    details.after(dialog);
    close.hidden = false;
    summary.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.append(body);
      dialog.showModal();
    });
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      details.append(body);
      summary.focus();
    });
  }
}
