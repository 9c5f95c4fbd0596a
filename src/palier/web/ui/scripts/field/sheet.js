// The pages of one visit on the phone: its themes, the points of one theme, its end.
import { back, counted, h, icon } from "./draw.js";
import { NOTHING } from "./kinds.js";
import { reduced } from "./photo.js";
import { hers } from "./store.js";
import { addPhoto, answer, finish, prioritise, removePhoto, unfinish } from "./work.js";

const PRIORITIES = 5;
const isRated = (said) => Boolean(said) && (said.value !== null || said.notSeen);
const points = (visit) => visit.grid.themes.flatMap((theme) => theme.points);
const levels = (visit, point) => visit.grid.scales[point.scale];
const left = (visit) => points(visit).filter((point) => !isRated(visit.answers[point.code]));
const seen = (visit) => points(visit).length - left(visit).length;

/** What the device holds of a visit, in a line. */
export const summary = (visit) => `${counted(seen(visit), "point renseigné", "points renseignés")} sur ${visit.total}.`;

/** The page of a visit that the address names. */
export function page(visit, part, name, redraw) {
  if (!part) return themes(visit);
  return part === "fin" ? end(visit, redraw) : theme(visit, part);
}

/** Where a value stands from the worst (0) to the best (1). */
function quality(visit, point) {
  const said = visit.answers[point.code];
  const scale = levels(visit, point);
  const best = scale.lower ? scale.levels[0].value : scale.levels.at(-1).value;
  const worst = scale.lower ? scale.levels.at(-1).value : scale.levels[0].value;
  return said && said.value !== null ? (said.value - worst) / (best - worst) : 1;
}

/** The themes of a visit, each with what is left to see. */
function themes(visit) {
  const rows = visit.grid.themes.map((theme) => {
    const rest = theme.points.filter((point) => !isRated(visit.answers[point.code])).length;
    const word = rest ? `${counted(theme.points.length - rest, "point")} sur ${theme.points.length}` : "Complet";
    return h(
      "li",
      {},
      h("a", { href: `#${visit.id}/${theme.code}` }, h("b", {}, theme.title), h("span", { class: "muted" }, rest ? word : icon("done"), rest ? "" : word)),
    );
  });
  return [
    back("#", "Toutes vos visites"),
    h("h1", { tabIndex: -1 }, visit.place),
    h("p", { class: "lead" }, `${visit.label}. ${counted(seen(visit), "point renseigné", "points renseignés")} sur ${points(visit).length}.`),
    h("ul", { class: "field-list" }, rows),
    h("p", {}, h("a", { class: "btn btn--primary btn--large", href: `#${visit.id}/fin` }, "Terminer la visite")),
  ];
}

/** The points of one theme, each with its scale, its words and its photos. */
async function theme(visit, code) {
  const at = visit.grid.themes.findIndex((one) => one.code === code);
  const here = visit.grid.themes[at];
  const after = visit.grid.themes[at + 1];
  const cards = await Promise.all(here.points.map((point) => card(visit, point)));
  return [
    back(`#${visit.id}`, visit.place),
    h("h1", { tabIndex: -1 }, here.title),
    ...cards,
    h(
      "p",
      { class: "cluster" },
      h("a", { class: "btn btn--primary btn--large", href: after ? `#${visit.id}/${after.code}` : `#${visit.id}/fin` }, after ? `Suite : ${after.title}` : "Terminer la visite"),
    ),
  ];
}

async function card(visit, point) {
  const said = visit.answers[point.code] ?? NOTHING;
  const name = `p-${point.code}`;
  const choice = (value, words, checked, extra = "") =>
    h(
      "label",
      { class: extra },
      h("input", {
        type: "radio",
        name,
        value: String(value),
        checked,
        disabled: visit.ended,
        on: { change: () => answer(visit.id, point.code, value === "" ? { value: null, notSeen: true } : { value, notSeen: false }) },
      }),
      h("span", {}, words),
    );
  const scale = levels(visit, point).levels;
  const before = visit.before?.[point.code];
  const was = before && (before.notSeen ? "non vu" : scale.find((level) => level.value === before.value)?.label.toLowerCase());
  const note = h("textarea", {
    id: `${name}-note`,
    rows: 2,
    maxLength: 2000,
    value: said.note,
    disabled: visit.ended,
    on: { input: () => answer(visit.id, point.code, { note: note.value }) },
  });
  return h(
    "fieldset",
    { class: "field-point", id: name },
    h("legend", {}, h("span", { class: "muted num" }, `${point.number} `), point.title),
    point.expected && h("p", { class: "small muted" }, point.expected),
    was && h("p", { class: "small" }, icon("clock-counter-clockwise"), ` La dernière fois : ${was}.`, before.note && ` « ${before.note} »`),
    h(
      "div",
      { class: "field-scale" },
      [...scale].reverse().map((level) => choice(level.value, level.label, said.value === level.value)),
      choice("", "Non vu", said.notSeen, "not-seen"),
    ),
    h("label", { for: `${name}-note` }, "Note ", h("span", { class: "muted" }, "(facultatif)")),
    note,
    await pictures(visit, point),
  );
}

async function pictures(visit, point) {
  const zone = h("div", { class: "field-photos" });
  const status = h("p", { class: "small", role: "status" });
  const kept = await hers();
  const list = h("ul", {});
  const show = async (id, url) => {
    const local = await kept.photo(id);
    const src = local ? URL.createObjectURL(local.thumb) : url;
    const picture = src
      ? h("img", { src, alt: `Photo : ${point.title}`, width: 120 })
      : h("span", { class: "small" }, "Photo envoyée");
    const item = h(
      "li",
      { "data-photo": id },
      picture,
      !visit.ended &&
        h(
          "button",
          { type: "button", class: "btn btn--small", on: { click: () => removePhoto(visit.id, point.code, id).then(() => item.remove()) } },
          "Retirer",
        ),
    );
    list.append(item);
  };
  for (const photo of visit.photos[point.code] ?? []) await show(photo.id, photo.url);
  const input = h("input", { type: "file", accept: "image/*", id: `ph-${point.code}`, class: "visually-hidden" });
  input.setAttribute("capture", "environment");
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    status.textContent = "Photo en préparation…";
    try {
      const picture = await reduced(file);
      await addPhoto(visit.id, point.code, picture);
      const latest = (await (await hers()).visit(visit.id)).photos[point.code].at(-1);
      await show(latest.id);
      status.textContent = "Photo enregistrée sur l’appareil.";
    } catch {
      status.textContent = "Ce fichier n’est pas une photo que l’appareil sait lire. Prenez-en une autre.";
    }
  });
  zone.append(list);
  if (!visit.ended) {
    zone.append(input, h("label", { class: "btn", for: input.id }, icon("camera"), "Ajouter une photo", h("span", { class: "visually-hidden" }, ` : ${point.title}`)));
  }
  zone.append(status);
  return zone;
}

/** The end of a visit: what is left, the five priorities of a sheet, the button. */
function end(visit, again) {
  const rest = left(visit);
  const isSheet = visit.kind === "residence_sheet";
  const chosen = visit.priorities;
  const offered = points(visit)
    .filter((point) => isRated(visit.answers[point.code]) && !visit.answers[point.code].notSeen)
    .map((point) => ({ point, weight: quality(visit, point) }))
    .sort((one, other) => one.weight - other.weight);
  const toggle = (code, on) => prioritise(visit.id, on ? [...chosen, code] : chosen.filter((one) => one !== code)).then(again);
  const ready = !rest.length && (!isSheet || chosen.length === PRIORITIES);
  const missing = [
    rest.length && `${counted(rest.length, "point reste", "points restent")} à renseigner.`,
    isSheet && chosen.length !== PRIORITIES && `${counted(chosen.length, "priorité")} sur ${PRIORITIES}.`,
  ].filter(Boolean);
  const heading = [back(`#${visit.id}`, visit.place), h("h1", { tabIndex: -1 }, "Terminer la visite")];
  if (visit.ended) {
    return [
      ...heading,
      h("p", {}, "La visite est terminée sur cet appareil. Elle partira avec tout ce qui reste à envoyer."),
      h("p", {}, h("button", { class: "btn", type: "button", on: { click: () => unfinish(visit.id).then(again) } }, "Reprendre la visite")),
    ];
  }
  return [
    ...heading,
    rest.length > 0 &&
      h(
        "section",
        { class: "panel stack" },
        h("h2", {}, counted(rest.length, "point à renseigner", "points à renseigner")),
        h(
          "ul",
          { class: "field-list" },
          rest.slice(0, 8).map((point) => h("li", {}, h("a", { href: `#${visit.id}/${themeOf(visit, point)}/${point.code}` }, point.title))),
        ),
        rest.length > 8 && h("p", { class: "small muted" }, `Et ${counted(rest.length - 8, "autre")}.`),
        h(
          "button",
          { type: "button", class: "btn", on: { click: () => notSeen(visit, rest).then(again) } },
          `Dire « non vu » pour ${rest.length > 1 ? "ces points" : "ce point"}`,
        ),
      ),
    isSheet &&
      h(
        "fieldset",
        { class: "field-point" },
        h("legend", {}, `Vos ${PRIORITIES} priorités`),
        h("p", { class: "small muted" }, "Les points les plus faibles viennent d’abord. Cochez les cinq à traiter en premier."),
        h("p", { class: "small", role: "status" }, `${chosen.length} sur ${PRIORITIES}`),
        offered.map(({ point }) => {
          const on = chosen.includes(point.code);
          const rank = chosen.indexOf(point.code) + 1;
          return h(
            "label",
            { class: "field-pick" },
            h("input", {
              type: "checkbox",
              id: `first-${point.code}`,
              name: "priority",
              value: point.code,
              checked: on,
              disabled: !on && chosen.length >= PRIORITIES,
              on: { change: (event) => toggle(point.code, event.target.checked) },
            }),
            h("span", {}, rank ? `${rank}. ` : "", point.title, h("span", { class: "muted small" }, ` ${levelOf(visit, point)}`)),
          );
        }),
      ),
    h(
      "p",
      {},
      h(
        "button",
        {
          type: "button",
          class: "btn btn--primary btn--large",
          "aria-disabled": ready ? null : "true",
          "aria-describedby": ready ? null : "missing",
          on: { click: () => ready && finish(visit.id).then(again) },
        },
        "Terminer la visite",
      ),
    ),
    !ready && h("p", { id: "missing", class: "small" }, h("b", {}, "Pas encore possible. "), missing.join(" ")),
  ];
}

const themeOf = (visit, point) => visit.grid.themes.find((one) => one.points.includes(point)).code;
const levelOf = (visit, point) =>
  levels(visit, point).levels.find((level) => level.value === visit.answers[point.code]?.value)?.label ?? "";

async function notSeen(visit, rest) {
  for (const point of rest) await answer(visit.id, point.code, { value: null, notSeen: true });
}

/** Two answers to one point, in words: one's own, and what stands on the server. */
export function versions(visit, { criterion, conflict }) {
  const point = points(visit).find((one) => one.code === criterion);
  const told = ({ value, notSeen, note }) => {
    const rated = notSeen ? "Non vu" : (levels(visit, point).levels.find((level) => level.value === value)?.label ?? "Sans réponse");
    return note ? `${rated}. « ${note} »` : rated;
  };
  return { title: point.title, mine: told(visit.answers[criterion]), theirs: told(conflict) };
}
