// A form that saves itself through htmx, and says so in its status line.
//
// <form data-autosave-form hx-post="…" hx-trigger="change, input changed delay:1500ms" hx-target="#saved" hx-swap="outerHTML">
//   … <c-autosave id="saved" />
// The server answers with its own status line, or with the refusal (a 409 brings both texts). This module speaks while it
// waits or fails, tries again when the network comes back, and gives each saving a key of its own: the words change under
// the same form.
import { fresh, key } from "./dom.js";

const CUT = "L’envoi n’a pas abouti. Votre texte est gardé sur cette page.";
const SIGNED_OUT =
  "Vous n’êtes plus connecté ici. Votre texte est gardé sur cette page : connectez-vous dans un autre onglet, puis réessayez.";

function say(form, words, ...more) {
  const line = form.querySelector("[data-autosave]");
  const span = document.createElement("span");
  span.textContent = words;
  line?.replaceChildren(span, ...more);
}

function fail(form, words) {
  const again = document.createElement("button");
  Object.assign(again, { type: "button", className: "btn btn--small", textContent: "Réessayer" });
  again.addEventListener("click", () => retry(form));
  form.dataset.failed = "";
  say(form, words, again);
}

const retry = (form) => form.dispatchEvent(new Event("change"));

/** Give the form the page's token of today: signing in again has changed it. */
async function renew(form) {
  try {
    const page = await (await fetch(location.href)).text();
    const token = page.match(/name="csrfmiddlewaretoken" value="(\w+)"/);
    if (token) form.elements.csrfmiddlewaretoken.value = token[1];
  } catch {
    // Still cut off: the sending says so.
  }
}

window.addEventListener("online", () => document.querySelectorAll("form[data-failed]").forEach(retry));

export function autosave(root) {
  for (const form of fresh(root, "autosave-form")) {
    let typed = 0;
    let sent = 0;
    let wholePage = false;
    form.addEventListener("input", () => (typed += 1));
    form.addEventListener("htmx:confirm", (event) => {
      if (!("failed" in form.dataset)) return;
      event.preventDefault();
      renew(form).then(() => event.detail.issueRequest(true));
    });
    form.addEventListener("htmx:configRequest", (event) => {
      sent = typed;
      event.detail.parameters.delete("idempotency_key");
      // The revision that a form was read at makes its act happen once by itself.
      if (!form.elements.revision) event.detail.headers["Idempotency-Key"] = key();
    });
    form.addEventListener("htmx:beforeRequest", () => {
      delete form.dataset.failed;
      say(form, "Enregistrement…");
    });
    form.addEventListener("htmx:beforeSwap", (event) => {
      // A whole page instead of a fragment: the session is over.
      wholePage = /^\s*<!doctype/i.test(event.detail.xhr.responseText);
      if (wholePage) event.detail.shouldSwap = false;
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.xhr.status >= 500) fail(form, CUT);
      else if (wholePage) fail(form, SIGNED_OUT);
      // What was typed while the answer travelled is still to be sent.
      else if (event.detail.successful && sent === typed) form.dispatchEvent(new CustomEvent("palier:saved", { bubbles: true }));
    });
    form.addEventListener("htmx:sendError", () => fail(form, CUT));
  }
}
