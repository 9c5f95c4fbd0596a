// A form that saves itself through htmx, and says so in its status line.
//
// <form data-autosave-form hx-post="…" hx-trigger="change, input changed delay:1500ms" hx-target="#saved" hx-swap="outerHTML">
//   … <c-autosave id="saved" />
// The server answers with its own status line, or with the refusal (a 409 brings both texts); this module only speaks
// while it waits or fails, and gives each saving a key of its own: the words change under the same form.
import { fresh, key } from "./dom.js";

const say = (form, words) => {
  const line = form.querySelector("[data-autosave] span");
  if (line) line.textContent = words;
};

export function autosave(root) {
  for (const form of fresh(root, "autosave-form")) {
    form.addEventListener("htmx:configRequest", (event) => {
      event.detail.parameters.delete("idempotency_key");
      // The revision that a form was read at makes its act happen once by itself.
      if (!form.elements.revision) event.detail.headers["Idempotency-Key"] = key();
    });
    form.addEventListener("htmx:beforeRequest", () => say(form, "Enregistrement…"));
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.successful) form.dispatchEvent(new CustomEvent("palier:saved", { bubbles: true }));
      else if (event.detail.failed && event.detail.xhr.status >= 500) say(form, FAILED);
    });
    form.addEventListener("htmx:sendError", () => say(form, FAILED));
  }
}

const FAILED = "L’envoi n’a pas abouti. Votre texte est gardé sur cette page et repartira à la prochaine frappe.";
