// After a refused form, the keyboard starts at the summary of what is to be mended.
import { fresh } from "./dom.js";

export function focusErrors(root) {
  fresh(root, "focus")
    .find((summary) => !summary.closest(".specimen"))
    ?.focus();
}
