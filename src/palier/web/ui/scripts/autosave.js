// A form with data-autosave saves itself through htmx; its status line ([role=status][data-autosave-status]) says it.
//
// <form hx-post="…" hx-trigger="change delay:400ms, input delay:1500ms" hx-target="…" data-autosave-form>
//   <c-autosave id="…" />
// The server answers with its own status line, or with the refusal; this module only speaks while it waits or fails.
import { fresh } from "./dom.js";

const say = (form, words) => {
  const line = form.querySelector("[data-autosave] span") ?? form.querySelector("[data-autosave]");
  if (line) line.textContent = words;
};

export function autosave(root) {
  for (const form of fresh(root, "autosave-form")) {
    form.addEventListener("htmx:beforeRequest", () => say(form, "Enregistrement…"));
    form.addEventListener("htmx:sendError", () =>
      say(form, "L’envoi n’a pas abouti. Votre texte est gardé sur cette page ; il repartira à la prochaine frappe."),
    );
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.successful) form.dispatchEvent(new CustomEvent("palier:saved", { bubbles: true }));
    });
    // Refusals come with a status of 409 or 422: they are answers to show, not failures.
    form.addEventListener("htmx:beforeSwap", (event) => {
      if ([409, 422].includes(event.detail.xhr.status)) {
        event.detail.shouldSwap = true;
        event.detail.isError = false;
      }
    });
  }
}
