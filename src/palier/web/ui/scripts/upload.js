// <c-upload>: name, size and progress of what is sent, with a way to stop it.
import { fresh, size } from "./dom.js";

const element = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

export function uploads(root) {
  for (const zone of fresh(root, "upload")) {
    const input = zone.querySelector('input[type="file"]');
    const status = zone.querySelector(".upload-status");
    const form = input.form;
    input.addEventListener("change", () => {
      const accepted = (input.accept || "").toLowerCase().split(",").map((part) => part.trim()).filter(Boolean);
      const refused = [...input.files].find(
        (file) => accepted.length && !accepted.some((type) => (type.startsWith(".") ? file.name.toLowerCase().endsWith(type) : true)),
      );
      status.textContent = refused
        ? `« ${refused.name} » n’est pas d’un type accepté ici : ${accepted.join(", ")}.`
        : [...input.files].map((file) => `${file.name}, ${size(file.size)}`).join(" · ");
      if (refused) input.value = "";
    });
    if (!form || form.dataset.uploadSend === "plain") continue;
    form.addEventListener("submit", (event) => {
      if (!input.files.length || form.dataset.sending) return;
      event.preventDefault();
      form.dataset.sending = "true";
      send(form, event.submitter, status, input.files);
    });
  }
}

function send(form, submitter, status, files) {
  const name = [...files].map((file) => file.name).join(", ");
  const words = element("p", { className: "small" });
  const progress = element("progress", { max: 100, value: 0 });
  progress.setAttribute("aria-label", `Envoi de ${name}`);
  const stop = element("button", { type: "button", className: "btn btn--small", textContent: "Annuler" });
  status.replaceChildren(words, progress, stop);
  const request = new XMLHttpRequest();
  const body = new FormData(form, submitter);
  request.upload.addEventListener("progress", (event) => {
    const percent = Math.round((100 * event.loaded) / event.total);
    progress.value = percent;
    words.textContent = percent < 100 ? `${name} : envoi en cours, ${percent} %` : `${name} : reçu, vérification en cours`;
  });
  const fail = (sentence) => {
    delete form.dataset.sending;
    status.textContent = sentence;
  };
  request.addEventListener("error", () => fail("L’envoi n’a pas abouti. Le fichier est gardé sur cette page : envoyez-le à nouveau."));
  request.addEventListener("abort", () => fail("Envoi annulé. Rien n’est déposé."));
  request.addEventListener("load", () => {
    form.dispatchEvent(new CustomEvent("palier:saved", { bubbles: true }));
    if (request.responseURL !== location.href && request.status < 400) {
      location.assign(request.responseURL);
      return;
    }
    // The same page again (a form to mend, or a refusal): show it as the browser would have.
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.title = page.title;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    window.htmx.process(document.querySelector("main"));
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: document.querySelector("main") } }));
  });
  stop.addEventListener("click", () => request.abort());
  request.open("POST", form.action);
  request.send(body);
}
