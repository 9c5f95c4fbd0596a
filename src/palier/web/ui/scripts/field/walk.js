// The pages of one walk on the phone: its stops, what is noted at one of them, who took part.
import { key } from "../dom.js";
import { back, counted, h, icon, inWords } from "./draw.js";
import { reduced } from "./photo.js";
import { hers } from "./store.js";
import { addStop, count, isOpen, note, typePlace, withdraw, write } from "./walking.js";

const MAX_TEXT = 2000;
const numberOf = (walk, stop) => stop.number ?? walk.stops.indexOf(stop) + 1;
const titleOf = (walk, stop) => `Arrêt ${numberOf(walk, stop)} : ${stop.place}`;
const at = (walk, stop) => walk.observations.filter((one) => one.stop === stop.key && !one.withdrawn);
const people = (counts) => Object.values(counts).reduce((sum, many) => sum + many, 0);
const label = (pairs, value) => pairs.find(([one]) => one === value)?.[1] ?? "";

/** What an observation still lacks, in words. */
function missing({ positive, theme, text, responsible }) {
  return [positive === null && "point fort ou point faible", !theme && "le thème", !text.trim() && "l’observation", !responsible && "qui en répond"].filter(Boolean);
}

/** What the device holds of a walk, in a line. */
export const summary = (walk) =>
  `${counted(walk.stops.length, "arrêt")}, ${counted(walk.observations.filter((one) => !one.withdrawn).length, "observation")}.`;

/** The page of a walk that the address names. */
export async function page(walk, part, name, redraw) {
  if (!part) return stops(walk, redraw);
  if (part === "participants") return participants(walk);
  const stop = walk.stops.find((one) => one.key === part);
  if (!stop) return stops(walk, redraw);
  return name ? observation(walk, stop, name) : observations(walk, stop, redraw);
}

function stops(walk, redraw) {
  const rows = walk.stops.map((stop) =>
    h("li", {}, h("a", { href: `#${walk.id}/${stop.key}` }, h("b", {}, titleOf(walk, stop)), h("span", { class: "muted" }, counted(at(walk, stop).length, "observation")))),
  );
  return [
    back("#", "Toutes vos visites"),
    h("h1", { tabIndex: -1 }, walk.place),
    h("p", { class: "lead" }, `${walk.title}, ${inWords(walk.plannedOn)}.`),
    rows.length ? h("ul", { class: "field-list" }, rows) : h("p", { class: "muted" }, "Aucun arrêt pour l’instant."),
    newStop(walk, redraw),
    h("p", {}, h("a", { class: "btn", href: `#${walk.id}/participants` }, icon("users"), `Participants : ${counted(people(walk.counts), "personne")}`)),
  ];
}

function newStop(walk, redraw) {
  let point = null;
  const status = h("p", { class: "small", role: "status", id: "stop-told" });
  const place = h("input", { id: "stop-place", type: "text", maxLength: 160, value: walk.newPlace, autocomplete: "off", "aria-describedby": "stop-help stop-told", on: { input: () => typePlace(walk.id, place.value) } });
  const told = (words) => status.replaceChildren(words);
  const here = () => {
    told("Position en cours…");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        point = { lon: coords.longitude, lat: coords.latitude };
        told(`Position jointe, à ${Math.round(coords.accuracy)}\u00a0m près.`);
      },
      () => told("L’appareil ne donne pas sa position. L’arrêt s’ajoute aussi sans elle."),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  };
  const add = (event) => {
    event.preventDefault();
    const words = place.value.trim();
    if (words) return addStop(walk.id, words, point).then(redraw);
    place.setAttribute("aria-invalid", "true");
    told("Écrivez le lieu de l’arrêt.");
    return place.focus();
  };
  return h(
    "form",
    { class: "panel stack", on: { submit: add } },
    h("h2", {}, "Ajouter un arrêt"),
    h("div", { class: "stack-s" }, h("label", { for: "stop-place" }, "Lieu"), h("p", { class: "small muted", id: "stop-help" }, "Par exemple « Devant le hall 3 »."), place),
    status,
    h("div", { class: "cluster" }, h("button", { type: "submit", class: "btn btn--primary" }, "Ajouter l’arrêt"), h("button", { type: "button", class: "btn", on: { click: here } }, icon("map-pin"), "Joindre ma position")),
  );
}

const sign = (one) =>
  one.positive === null
    ? h("span", { class: "state state--todo" }, icon("todo"), "À dire")
    : h("span", { class: `state state--${one.positive ? "done" : "late"}` }, icon(one.positive ? "done" : "late"), one.positive ? "Point fort" : "Point faible");

async function observations(walk, stop, redraw) {
  const kept = await hers();
  const queue = await kept.queue(walk.id);
  const cards = await Promise.all(
    at(walk, stop).map(async (one, place) => {
      const item = queue.find((sent) => sent.kind === "observe" && sent.criterion === one.key);
      const local = one.photo && (await kept.photo(one.key));
      const src = local ? URL.createObjectURL(local.thumb) : one.photo?.url;
      const named = h("span", { class: "visually-hidden" }, ` l’observation ${place + 1}`);
      const where = item?.draft ? h("b", {}, "À terminer.") : item ? "Sur cet appareil, à envoyer." : `Notée par ${one.mine ? "vous" : one.who}.`;
      return h(
        "li",
        { class: "panel stack-s", "data-observation": one.key },
        h("p", {}, sign(one), ` ${label(walk.words.themes, one.theme)}`),
        h("p", {}, one.text || h("span", { class: "muted" }, "Rien n’est encore écrit.")),
        src && h("img", { src, alt: `Photo : ${stop.place}`, width: 120 }),
        h("p", { class: "small muted" }, one.responsible && `Qui en répond : ${label(walk.words.responsible, one.responsible).toLowerCase()}. `, where),
        one.mine &&
          h(
            "div",
            { class: "cluster" },
            item && isOpen(queue, one.key) && h("a", { id: `mend-${one.key}`, class: "btn btn--small", href: `#${walk.id}/${stop.key}/${one.key}` }, item.draft ? "Terminer" : "Corriger", named),
            h("button", { type: "button", id: `off-${one.key}`, class: "btn btn--small", on: { click: () => withdraw(walk.id, one.key).then(redraw) } }, "Retirer", named.cloneNode(true)),
          ),
      );
    }),
  );
  return [
    back(`#${walk.id}`, walk.place),
    h("h1", { tabIndex: -1 }, titleOf(walk, stop)),
    cards.length ? h("ul", { class: "field-cards" }, cards) : h("p", { class: "muted" }, "Rien n’est encore noté ici."),
    h("p", {}, h("a", { id: "note", class: "btn btn--primary btn--large", href: `#${walk.id}/${stop.key}/${key()}` }, "Noter une observation")),
  ];
}

async function observation(walk, stop, name) {
  const kept = await hers();
  const known = walk.observations.find((one) => one.key === name);
  const item = (await kept.queue(walk.id)).find((one) => one.kind === "observe" && one.criterion === name);
  const to = `#${walk.id}/${stop.key}`;
  const heading = [back(to, titleOf(walk, stop)), h("h1", { tabIndex: -1 }, "Observation")];
  if (known && (!item || item.body)) return [...heading, h("p", {}, "Cette observation est partie : retirez-la de l’arrêt pour la noter autrement.")];
  const said = { positive: null, theme: "", text: "", responsible: "", ...known };
  const lacks = h("p", { class: "small", id: "lacks" });
  const ready = h("button", { type: "button", class: "btn btn--primary btn--large", "aria-describedby": "lacks" }, "Noter l’observation");
  const tell = () => {
    const left = missing(said);
    ready.setAttribute("aria-disabled", left.length ? "true" : "false");
    lacks.replaceChildren(...(left.length ? [h("b", {}, "Pas encore possible. "), `Il manque : ${left.join(", ")}.`] : []));
  };
  const keep = (part) => {
    Object.assign(said, part);
    tell();
    return write(walk.id, stop.key, name, part);
  };
  ready.addEventListener("click", async () => {
    if (missing(said).length) return;
    await note(walk.id, name);
    location.hash = to;
  });
  const choices = (field, pairs) =>
    h(
      "div",
      { class: "field-scale" },
      pairs.map(([value, words]) => h("label", {}, h("input", { type: "radio", name: field, value: String(value), checked: said[field] === value, on: { change: () => keep({ [field]: value }) } }), h("span", {}, words))),
    );
  const theme = h("select", { id: "seen-theme", on: { change: () => keep({ theme: theme.value }) } }, h("option", { value: "" }, "Choisir un thème"), walk.words.themes.map(([value, words]) => h("option", { value, selected: said.theme === value }, words)));
  const text = h("textarea", { id: "seen-text", rows: 3, maxLength: MAX_TEXT, value: said.text, "aria-describedby": "seen-help", on: { input: () => keep({ text: text.value }) } });
  tell();
  return [
    ...heading,
    h("fieldset", { class: "field-point" }, h("legend", {}, "Ce que vous voyez"), choices("positive", [[true, "Un point fort"], [false, "Un point faible"]])),
    h("div", { class: "field-point" }, h("label", { for: "seen-theme" }, "Thème"), theme, h("label", { for: "seen-text" }, "Observation"), h("p", { class: "small muted", id: "seen-help" }, "Parlez de lieux et de faits, jamais de personnes."), text),
    h("fieldset", { class: "field-point" }, h("legend", {}, "Qui en répond"), choices("responsible", walk.words.responsible)),
    await picture(walk, stop, name, said.photo),
    h("p", {}, ready),
    lacks,
  ];
}

async function picture(walk, stop, name, had) {
  const status = h("p", { class: "small", role: "status" });
  const list = h("ul", {});
  const show = async () => {
    const local = await (await hers()).photo(name);
    const off = () => write(walk.id, stop.key, name, {}, null).then(() => list.replaceChildren());
    list.replaceChildren(h("li", {}, h("img", { src: URL.createObjectURL(local.thumb), alt: `Photo : ${stop.place}`, width: 120 }), h("button", { type: "button", class: "btn btn--small", on: { click: off } }, "Retirer la photo")));
  };
  if (had) await show();
  const input = h("input", { type: "file", accept: "image/*", id: "seen-photo", class: "visually-hidden" });
  input.setAttribute("capture", "environment");
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    status.textContent = "Photo en préparation…";
    try {
      await write(walk.id, stop.key, name, {}, await reduced(file));
      await show();
      status.textContent = "Photo enregistrée sur l’appareil.";
    } catch {
      status.textContent = "Ce fichier n’est pas une photo que l’appareil sait lire. Prenez-en une autre.";
    }
  });
  return h("div", { class: "field-photos" }, list, input, h("label", { class: "btn", for: "seen-photo" }, icon("camera"), "Photo (facultatif)"), status);
}

function participants(walk) {
  const fields = walk.words.publics.map(([who, words]) => {
    const input = h("input", { id: `who-${who}`, type: "number", inputMode: "numeric", min: 0, max: 999, value: String(walk.counts[who] ?? 0), on: { input: () => input.validity.valid && count(walk.id, who, Number(input.value)) } });
    return h("div", { class: "stack-s" }, h("label", { for: `who-${who}` }, words), input);
  });
  return [
    back(`#${walk.id}`, walk.place),
    h("h1", { tabIndex: -1 }, "Participants"),
    h("p", { class: "small muted" }, "On compte les personnes, on ne les nomme pas."),
    h("div", { class: "panel stack" }, fields),
  ];
}

/** Two counts of the people who took part, in words: one's own, and what stands on the server. */
export function versions(walk, { conflict }) {
  const told = (counts) => walk.words.publics.filter(([who]) => counts[who]).map(([who, words]) => `${words} : ${counts[who]}`).join(" ; ") || "Personne";
  return { title: "Participants", mine: told(walk.counts), theirs: told(conflict.counts) };
}
