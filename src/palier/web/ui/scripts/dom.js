// What the modules share: find marks once, say something to screen readers and eyes alike.

/** The elements of a mark inside root (root included) that this module has not taken care of yet. */
export function fresh(root, mark) {
  const selector = `[data-${mark}]:not([data-${mark}-ready])`;
  const found = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) found.unshift(root);
  found.forEach((element) => element.setAttribute(`data-${mark}-ready`, ""));
  return found;
}

/** A key that makes one sending happen once. */
export function key() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** « 2,1 Mo » */
export function size(bytes) {
  const units = ["octets", "Ko", "Mo", "Go"];
  let rank = 0;
  while (bytes >= 1000 && rank < units.length - 1) {
    bytes /= 1000;
    rank += 1;
  }
  return `${bytes.toLocaleString("fr-FR", { maximumFractionDigits: 1 })} ${units[rank]}`;
}
