// What the modules share: find marks once, say something to screen readers and eyes alike.

/** The elements of a mark inside root (root included) that this module has not taken care of yet. */
export function fresh(root, mark) {
  const selector = `[data-${mark}]:not([data-${mark}-ready])`;
  const found = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) found.unshift(root);
  found.forEach((element) => element.setAttribute(`data-${mark}-ready`, ""));
  return found;
}

/** 14:32, in Paris, as everywhere in Palier. */
export function clock(date = new Date()) {
  return date.toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" });
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
