// <c-upload>: name, size and progress of what is sent, with a way to stop it.
import { fresh, key, size } from "./dom.js";

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
      const accepted = (input.accept || "")
        .toLowerCase()
        .split(",")
        .map((part) => part.trim())
        .filter(Boolean);
      const refused = [...input.files].find(
        (file) =>
          accepted.length && !accepted.some((type) => (type.startsWith(".") ? file.name.toLowerCase().endsWith(type) : true)),
      );
      status.textContent = refused
        ? `« ${refused.name} » n’est pas d’un type accepté ici : ${accepted.join(", ")}.`
        : [...input.files].map((file) => `${file.name}, ${size(file.size)}`).join(" · ");
      if (refused) input.value = "";
      // Another file is another act: it must not be taken for the first one sent again.
      if (form?.elements.idempotency_key) form.elements.idempotency_key.value = key();
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
  request.addEventListener("error", () =>
    fail("L’envoi n’a pas abouti. Le fichier est gardé sur cette page : envoyez-le à nouveau."),
  );
  request.addEventListener("abort", () => fail("Envoi annulé. Rien n’est déposé."));
  request.addEventListener("load", () => {
    form.dispatchEvent(new CustomEvent("palier:saved", { bubbles: true }));
    arrive(request, form.dataset.arrive);
  });
  stop.addEventListener("click", () => request.abort());
  request.open("POST", form.action);
  request.send(body);
}

/** Show the page that answered, as the browser would have: loading it again would lose its messages. A redirection does not
 * tell its fragment: the form's data-arrive names the place instead. */
function arrive(request, place) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const known = (tag, attribute, wanted) => document.querySelector(`${tag}[${attribute}="${wanted.getAttribute(attribute)}"]`);
  for (const script of page.querySelectorAll("script[type=module][src]")) {
    if (!known("script", "src", script)) document.head.append(element("script", { type: "module", src: script.src }));
  }
  for (const link of page.querySelectorAll("link[rel=stylesheet]")) {
    if (!known("link", "href", link)) document.head.append(element("link", { rel: "stylesheet", href: link.href }));
  }
  if (request.responseURL !== location.href) history.pushState({}, "", request.responseURL);
  document.title = page.title;
  const main = page.querySelector("main");
  document.querySelector("main").replaceWith(main);
  window.htmx.process(main);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: main } }));
  main.focus();
  window.scrollTo(0, 0);
  if (place) document.getElementById(place)?.scrollIntoView();
}
