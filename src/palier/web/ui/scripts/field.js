// The visits on a phone: works with the network cut. Everything is kept on the device first, then sent.
import { counted, h, icon, inWords } from "./field/draw.js";
import { fetchVisit, renewAll, sendAll, state } from "./field/send.js";
import * as sheet from "./field/sheet.js";
import { hers } from "./field/store.js";
import * as walk from "./field/walk.js";
import { giveUp, retry, settle, unfinish } from "./field/work.js";

const root = document.getElementById("field");
const main = root.querySelector("main");
const trouble = root.querySelector("[data-trouble]");
const scroller = root.querySelector("[data-scroll]");
const line = root.querySelector("[data-status]");

const pagesOf = (visit) => (visit.kind === "walk" ? walk : sheet);

// --- Pages ----------------------------------------------------------------------------------------------------------

function when(visit) {
  const late = visit.late && h("span", { class: "state state--late" }, icon("late"), "En retard");
  const what = visit.kind === "walk" ? `${visit.label} : « ${visit.title} »,` : `${visit.label}, prévue`;
  return h("p", {}, `${what} ${inWords(visit.plannedOn)}.`, late);
}

async function list() {
  const kept = await hers();
  const here = kept ? await kept.visits() : [];
  const known = new Map(here.map((visit) => [visit.id, visit]));
  const told = (state.me?.visits ?? []).filter((visit) => !known.has(visit.id));
  const waiting = kept ? await kept.queue() : [];
  const cards = [
    ...here.sort((one, other) => one.plannedOn.localeCompare(other.plannedOn)).map((visit) => {
      const left = waiting.filter((item) => item.visit === visit.id && !item.draft).length;
      return h(
        "li",
        { class: "panel stack-s" },
        h("h2", {}, h("a", { id: `open-${visit.id}`, href: `#${visit.id}` }, visit.place)),
        when(visit),
        h("p", { class: "small" }, icon("device-mobile"), ` Sur cet appareil. ${pagesOf(visit).summary(visit)}`, left ? ` ${counted(left, "élément")} à envoyer.` : ""),
      );
    }),
    ...told.map((visit) =>
      h(
        "li",
        { class: "panel stack-s" },
        h("h2", {}, visit.place),
        when(visit),
        visit.rated == null ? "" : h("p", { class: "small" }, `En cours, ${counted(visit.rated, "point")} déjà envoyé${visit.rated > 1 ? "s" : ""}.`),
        h("button", { type: "button", id: `take-${visit.id}`, class: "btn btn--primary", on: { click: () => take(visit) } }, visit.kind === "walk" ? "Garder sur cet appareil" : visit.rated == null ? "Prendre en charge" : "Continuer sur cet appareil", h("span", { class: "visually-hidden" }, ` : ${visit.place}`)),
        h("p", { class: "small", role: "status" }, answers.get(visit.id) ?? ""),
      ),
    ),
  ];
  const nothing = h(
    "div",
    { class: "empty" },
    h("p", {}, h("b", {}, state.me ? "Aucune visite ne vous attend." : "Aucune visite sur cet appareil."), state.me ? "" : " Ouvrez cette page avec du réseau pour prendre une visite en charge."),
  );
  return [
    h("h1", { tabIndex: -1 }, "Vos visites"),
    h("p", { class: "lead" }, "Prenez une visite en charge, ou gardez un diagnostic en marchant, avec du réseau ; tout se remplit ensuite sans réseau."),
    cards.length ? h("ul", { class: "field-cards" }, cards) : nothing,
    h("p", {}, h("a", { href: root.dataset.incident }, "Signaler un incident"), ", avec du réseau."),
  ];
}

// What the server answered to whom wanted to take a visit in charge, by visit.
const answers = new Map();

async function take(visit) {
  answers.set(visit.id, "Prise en charge…");
  draw({ keep: true });
  const refused = await fetchVisit(visit.id, { take: visit.kind !== "walk" }).catch(() => "Pas de réseau : réessayez quand il reviendra.");
  answers.set(visit.id, refused);
  if (refused) draw({ keep: true });
  else location.hash = `#${visit.id}`;
}

let drawn = Promise.resolve();

/** Draw the page that the address names, once those asked for before are drawn; `keep` leaves the focus where it is. */
function draw({ keep = false } = {}) {
  drawn = drawn.catch(() => {}).then(() => paint(keep));
  return drawn;
}

async function paint(keep) {
  const asked = location.hash;
  const [id, part, point] = asked.slice(1).split("/");
  const kept = id ? await hers() : null;
  const visit = kept && (await kept.visit(id));
  let page;
  if (id && !visit) page = [h("h1", { tabIndex: -1 }, "Cette visite n’est pas sur cet appareil"), h("p", {}, h("a", { href: "#" }, "Toutes vos visites"))];
  else if (!id) page = await list();
  else page = await pagesOf(visit).page(visit, part, point, () => draw({ keep: true }));
  if (asked !== location.hash) return;
  page = page.filter(Boolean);
  // The list that says the same stays: a button replaced under the finger loses its tap.
  if (keep && !id && page.every((node, place) => node.isEqualNode(main.children[place]))) return;
  const at = scroller.scrollTop;
  const focused = keep ? document.activeElement?.id : "";
  main.replaceChildren(...page);
  document.title = `${main.querySelector("h1").textContent} | Palier`;
  if (keep) {
    scroller.scrollTop = at;
    if (focused) document.getElementById(focused)?.focus();
    return;
  }
  const target = point && document.getElementById(`p-${point}`);
  scroller.scrollTop = 0;
  if (target) target.querySelector("input").focus();
  else main.querySelector("h1").focus({ preventScroll: true });
}

// --- What is to be settled, and where things stand ------------------------------------------------------------------

let settling = "";

async function troubles(kept, queue) {
  const held = queue.filter((item) => item.conflict || item.refused);
  const said = JSON.stringify(held.map((item) => [item.n, item.key, item.conflict, item.refused]));
  if (said === settling) return;
  settling = said;
  const boxes = await Promise.all(held.map((item) => box(kept, item)));
  trouble.replaceChildren(...boxes);
}

const head = (title, text) =>
  h("div", { class: "conflict-head" }, icon("late"), h("div", {}, h("h2", { class: "h3" }, title), h("p", {}, text)));

async function box(kept, item) {
  const visit = await kept.visit(item.visit);
  const redraw = () => draw({ keep: true });
  if (item.refused) {
    const undo = item.kind === "finish" ? () => unfinish(item.visit) : () => giveUp(item.visit, item.n);
    const words = { finish: "Reprendre la visite", stop: "Renoncer à cet arrêt et à ce qui y est noté" }[item.kind] ?? "Renoncer à cet envoi";
    return h(
      "div",
      { class: "conflict", role: "alert" },
      head(`${visit.place} : le serveur n’a pas pris un envoi`, `${item.refused} Il est gardé sur cet appareil.`),
      h(
        "div",
        { class: "conflict-actions cluster" },
        h("button", { type: "button", class: "btn btn--primary btn--small", on: { click: () => retry(item.visit, item.n).then(sendAll) } }, "Réessayer"),
        h("button", { type: "button", class: "btn btn--small", on: { click: () => undo().then(redraw) } }, words),
      ),
    );
  }
  const { title, mine, theirs } = pagesOf(visit).versions(visit, item);
  const choose = (own) => () => settle(item.visit, item.n, own).then(redraw).then(sendAll);
  return h(
    "div",
    { class: "conflict", role: "alert" },
    head(
      `${title} : deux réponses`,
      `${item.conflict.who} a enregistré la sienne à ${item.conflict.at}, pendant votre visite. Rien n’est perdu : choisissez.`,
    ),
    h(
      "div",
      { class: "versions" },
      h("div", {}, h("h3", { class: "h4" }, "La vôtre"), h("p", {}, mine), h("button", { type: "button", class: "btn btn--primary btn--small", on: { click: choose(true) } }, "Garder la mienne")),
      h("div", { class: "theirs" }, h("h3", { class: "h4" }, `Celle de ${item.conflict.who}`), h("p", {}, theirs), h("button", { type: "button", class: "btn btn--small", on: { click: choose(false) } }, "Prendre la sienne")),
    ),
  );
}

/** What is waiting in words, and the way to what is to be settled. */
function standing(count, held) {
  if (held) {
    const see = h("button", { type: "button", class: "btn btn--small", on: { click: () => trouble.querySelector("button").focus() } }, "Voir");
    return [icon("warning"), h("span", {}, `${counted(held, "réponse", "réponses")} à régler${count > held ? `, ${counted(count - held, "élément")} à envoyer` : ""}.`), see];
  }
  if (Number(root.dataset.saving)) return [icon("device-mobile"), h("span", {}, "Enregistrement sur l’appareil…")];
  if (state.signedOut) {
    const sign = h("a", { href: `${root.dataset.login}?next=${encodeURIComponent(root.dataset.home)}` }, "Connectez-vous");
    return [icon("warning"), h("span", {}, count ? `${counted(count, "élément enregistré", "éléments enregistrés")} sur l’appareil. ` : "", sign, count ? " pour envoyer." : " pour recevoir vos visites.")];
  }
  if (count && state.sending && state.online) return [icon("arrows-clockwise"), h("span", {}, `Enregistré sur l’appareil. Envoi en cours : ${counted(count, "élément")}.`)];
  if (count) return [icon("device-mobile"), h("span", {}, `${counted(count, "élément enregistré", "éléments enregistrés")} sur l’appareil, à envoyer${state.online ? "" : " quand le réseau reviendra"}.`)];
  if (state.last) return [icon("check"), h("span", {}, `Tout est envoyé, à ${state.last}.`)];
  return [icon(state.online ? "check" : "device-mobile"), h("span", {}, state.online ? "Rien n’attend d’être envoyé." : "Sans réseau : ce que vous notez est gardé sur l’appareil.")];
}

// Pages that say what is sent and what is not, and that hold no field: the list, the observations of a stop.
const LISTS = /^#?$|^#m\d+\/(?!participants$)[^/]+$/;
let words = "";
let pressing = null;
let started = false;

async function refresh() {
  const kept = await hers();
  const queue = kept ? (await kept.queue()).filter((item) => !item.draft) : [];
  const parts = standing(queue.length, queue.filter((item) => item.conflict || item.refused).length);
  const said = parts[1].textContent;
  if (said !== words) {
    words = said;
    line.replaceChildren(...parts);
  }
  line.dataset.waiting = String(queue.length);
  if (kept) await troubles(kept, queue);
  if (started && LISTS.test(location.hash)) await draw({ keep: true });
}

document.addEventListener("field:changed", () => {
  clearTimeout(pressing);
  pressing = setTimeout(() => refresh(), 60);
  clearTimeout(sending);
  if (state.online && !state.signedOut && !state.sending) sending = setTimeout(sendIfAny, 400);
});
let sending = null;

async function sendIfAny() {
  const kept = await hers();
  if (!kept) return;
  const queue = await kept.queue();
  if (queue.some((item) => !item.conflict && !item.refused && !item.draft)) sendAll();
}

window.addEventListener("hashchange", () => draw());

if ("serviceWorker" in navigator) navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.home });
navigator.storage?.persist?.();
// With network, who is signed in is asked before anything kept here is shown.
if (navigator.onLine) await Promise.race([sendAll(), new Promise((done) => setTimeout(done, 4_000))]);
started = true;
await draw();
await refresh();
if (state.me) await renewAll();
