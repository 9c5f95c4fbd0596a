// <section data-live>: a part of a page that draws itself again. When it cannot, its clock says so until it can.
import { fresh } from "./dom.js";

export function liveScreens(root) {
  for (const screen of fresh(root, "live")) {
    const lost = () => {
      const clock = document.getElementById("clock");
      clock.classList.add("saved--lost");
      clock.lastChild.textContent = "Connexion perdue : cette page n’est plus à jour";
    };
    screen.addEventListener("htmx:sendError", lost);
    screen.addEventListener("htmx:responseError", lost);
  }
}
