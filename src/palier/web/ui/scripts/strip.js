// <ol class="agenda-strip" data-strip>: on a phone it is one row that slides; the step under way comes into sight.
import { fresh } from "./dom.js";

export function strips(root) {
  for (const strip of fresh(root, "strip")) {
    const here = strip.querySelector("[aria-current]");
    if (here) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
  }
}
