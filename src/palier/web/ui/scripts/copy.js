// <button type="button" data-copy="#id-or-text">Copier l’empreinte</button>
import { fresh } from "./dom.js";

export function copyOnClick(root) {
  if (!navigator.clipboard) return; // only on a secure address: the button stays hidden
  for (const button of fresh(root, "copy")) {
    const words = button.textContent.trim();
    button.hidden = false;
    button.addEventListener("click", async () => {
      const wanted = button.dataset.copy;
      const source = wanted.startsWith("#") ? document.querySelector(wanted) : null;
      await navigator.clipboard.writeText(source ? (source.value ?? source.textContent).trim() : wanted);
      button.lastChild.textContent = "Copié";
      setTimeout(() => {
        button.lastChild.textContent = words;
      }, 2000);
    });
  }
}
