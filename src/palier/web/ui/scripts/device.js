// A device that keeps visits for work without network: shut when somebody else signs in, and warned about before signing out.
import { MARK, shut, waitingHere } from "./field/store.js";

export function guardDevice() {
  const { account } = document.body.dataset;
  if (account && account !== localStorage.getItem(MARK)) shut();
}

/** Sign out with the form that was sent, unless work waits and the person stays. Whether the form is on its way. */
export async function leave(form) {
  const waiting = await waitingHere();
  const what = waiting > 1 ? `${waiting} éléments` : "1 élément";
  const words =
    `Cet appareil garde ${what} à envoyer. Ils y resteront, illisibles, et partiront à votre prochaine connexion sur cet ` +
    "appareil. Se déconnecter ?";
  if (waiting && !window.confirm(words)) return false;
  await shut();
  form.submit();
  return true;
}
