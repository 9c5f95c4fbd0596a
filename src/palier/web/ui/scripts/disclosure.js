// Menus that open and close: the navigation on a phone, who is signed in. Escape and a click elsewhere close them.
import { fresh } from "./dom.js";

export function disclosures(root) {
  for (const toggle of root.querySelectorAll(".nav-toggle:not([data-ready])")) {
    toggle.dataset.ready = "";
    const set = (open) => toggle.setAttribute("aria-expanded", String(open));
    toggle.addEventListener("click", () => set(toggle.getAttribute("aria-expanded") !== "true"));
    toggle.parentElement.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && toggle.getAttribute("aria-expanded") === "true") {
        set(false);
        toggle.focus();
      }
    });
  }
  for (const details of fresh(root, "disclosure")) {
    details.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && details.open) {
        details.open = false;
        details.querySelector("summary").focus();
      }
    });
    document.addEventListener("click", (event) => {
      if (details.open && !details.contains(event.target)) details.open = false;
    });
  }
}
