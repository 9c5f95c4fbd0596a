// A form with data-guard: leaving the page with words not sent asks first.
import { fresh } from "./dom.js";

const unsaved = new Set();

window.addEventListener("beforeunload", (event) => {
  unsaved.forEach((form) => form.isConnected || unsaved.delete(form));
  if (unsaved.size) event.preventDefault();
});

export function guardUnsaved(root) {
  for (const form of fresh(root, "guard")) {
    form.addEventListener("input", () => unsaved.add(form));
    form.addEventListener("submit", () => unsaved.clear());
    form.addEventListener("palier:saved", () => unsaved.delete(form));
  }
}
