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
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (new URL(form.action).pathname !== document.body.dataset.signOut || event.defaultPrevented) return;
    event.preventDefault();
    device.then(({ leave }) => leave(form)).catch(() => form.submit());
  });
}
document.addEventListener("htmx:load", (event) => improve(event.detail.elt));
