// A device that keeps visits for work without network: shut when somebody else signs in, and warned about before signing out.
import { MARK, shut, waitingHere } from "./field/store.js";

const { account, signOut } = document.body.dataset;

export function guardDevice() {
  const holds = localStorage.getItem(MARK);
  if (account && account !== holds) shut();
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (new URL(form.action).pathname !== signOut || event.defaultPrevented) return;
    event.preventDefault();
    const waiting = await waitingHere();
    const what = waiting > 1 ? `${waiting} éléments` : "1 élément";
    const words =
      `Cet appareil garde ${what} à envoyer. Ils y resteront, illisibles, et partiront à votre prochaine connexion sur cet ` +
      "appareil. Se déconnecter ?";
    if (waiting && !window.confirm(words)) return;
    await shut();
    form.submit();
  });
}
