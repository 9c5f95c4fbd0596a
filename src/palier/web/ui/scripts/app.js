// Improvements of pages that work without them. Each module looks for its own mark (a data- attribute) and does nothing
// where it finds none; what htmx brings later is looked at too.
import htmx from "htmx.org";
import { autosave } from "./autosave.js";
import { confirmInDialog } from "./confirm.js";
import { copyOnClick } from "./copy.js";
import { disclosures } from "./disclosure.js";
import { focusErrors } from "./focus.js";
import { guardUnsaved } from "./guard.js";
import { liveScreens } from "./live.js";
import { selectRows } from "./selection.js";
import { strips } from "./strip.js";
import { uploads } from "./upload.js";

window.htmx = htmx;
const modules = [autosave, confirmInDialog, copyOnClick, disclosures, focusErrors, guardUnsaved, liveScreens, selectRows, strips, uploads];
const improve = (root) => modules.forEach((module) => module(root));

improve(document);
// A device that keeps visits for work without network watches over whose they are; nobody else pays for it. The way out
// waits for it, however slowly it comes: what the device keeps is shut before.
if (localStorage.getItem("palier-terrain")) {
  const device = import("./device.js");
  device.then(({ guardDevice }) => guardDevice());
  let leaving = false;
  window.addEventListener("pageshow", ({ persisted }) => persisted && (leaving = false));
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (new URL(form.action).pathname !== document.body.dataset.signOut || event.defaultPrevented) return;
    event.preventDefault();
    if (leaving) return;
    leaving = true;
    try {
      leaving = await (await device).leave(form);
    } catch {
      leaving = false;
      const words =
        "Vous êtes toujours connecté : Palier n’a pas pu fermer ce que cet appareil garde. Vérifiez le réseau. Recharger la " +
        "page, puis vous déconnecter à nouveau ?";
      if (window.confirm(words)) location.reload();
    }
  });
}
document.addEventListener("htmx:load", (event) => improve(event.detail.elt));
