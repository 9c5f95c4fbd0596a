// Elements, as the pages of the field build them: text is text, never markup.

/** The spaces that French never breaks at, as the server puts them on its own pages. */
const spaced = (text) => text.replace(/ ([;!?»])/g, "\u202f$1").replace(/ :/g, "\u00a0:").replace(/« /g, "«\u202f");

/** An element with its properties (`class`, `for`, `aria-…`, listeners by `on`) and what it holds. */
export function h(tag, given = {}, ...held) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "on") for (const [event, heard] of Object.entries(value)) made.addEventListener(event, heard);
    else if (name in made && !name.includes("-") && name !== "list") made[name] = value;
    else if (value !== null && value !== false) made.setAttribute(name === "class" ? "class" : name, value === true ? "" : value);
  }
  made.append(...held.flat().filter((one) => one !== null && one !== undefined && one !== false).map((one) => (typeof one === "string" ? spaced(one) : one)));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite, always beside a word. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.getElementById("field").dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** « 1 point », « 3 points », with the spaces of French. */
export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("fr-FR")}\u00a0${count > 1 ? many : one}`;

/** « mardi 3 mars 2026 » from an ISO date. */
export const inWords = (iso) =>
  new Date(`${iso}T12:00:00`).toLocaleDateString("fr-FR", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** The way back to the page above. */
export const back = (href, words) => h("p", { class: "field-back" }, h("a", { href }, icon("arrow-left"), words));
