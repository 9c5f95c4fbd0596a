// What one does on a visit, kept on the device at once and put in the queue. The server is never asked here.
import { key } from "../dom.js";
import { alone, hers } from "./store.js";

export const NOTHING = Object.freeze({ value: null, notSeen: false, note: "", revision: 0 });
const tell = () => document.dispatchEvent(new CustomEvent("field:changed"));

// Acts on their way to the device's store: said on the page, and waited for before it is left.
let saving = 0;
const count = (step) => {
  saving += step;
  document.getElementById("field").dataset.saving = String(saving);
};
window.addEventListener("beforeunload", (event) => saving && event.preventDefault());

/** Do something on what is kept of a visit, one act at a time; `act(visit, queue)` says what to write. */
async function act(number, does) {
  count(1);
  try {
    await alone(async () => {
      const kept = await hers();
      const visit = kept && (await kept.visit(number));
      if (!visit) return;
      const writes = does(visit, await kept.queue(number));
      if (writes) await kept.write(writes);
    });
  } finally {
    count(-1);
  }
  tell();
}

/** What is seen of a point. A thing waiting that was never sent is replaced; one that left already is followed by another. */
export const answer = (number, criterion, said) =>
  act(number, (visit, queue) => {
    const before = visit.answers[criterion] ?? NOTHING;
    visit.answers[criterion] = { ...before, ...said };
    const mine = queue.filter((item) => item.kind === "answer" && item.criterion === criterion);
    const last = mine.at(-1);
    const conflict = mine.find((item) => item.conflict);
    const again = conflict ?? (last && !last.body ? last : null);
    const item = again ?? { kind: "answer", visit: number, criterion, key: key() };
    const refused = mine.filter((one) => one.refused && one !== again).map((one) => one.n);
    return { visit, put: [item], drop: refused };
  });

export const addPhoto = (number, criterion, { bytes, thumb, sha256 }) =>
  act(number, (visit) => {
    const id = key();
    (visit.photos[criterion] ??= []).push({ id, sent: false });
    const item = { kind: "photo", visit: number, criterion, photo: id, sha256, key: id };
    return { visit, put: [item], add: { id, bytes, thumb } };
  });

export const removePhoto = (number, criterion, id) =>
  act(number, (visit, queue) => {
    visit.photos[criterion] = (visit.photos[criterion] ?? []).filter((photo) => photo.id !== id);
    const waiting = queue.find((item) => item.kind === "photo" && item.photo === id);
    if (waiting && !waiting.body) return { visit, drop: [waiting.n], gone: [id] };
    return { visit, put: [{ kind: "remove", visit: number, criterion, photo: id, key: key() }] };
  });

/** The points put first, in the order chosen; kept on the device until the visit ends. */
export const prioritise = (number, codes) => act(number, (visit) => ({ visit: { ...visit, priorities: codes } }));

export const finish = (number) =>
  act(number, (visit, queue) => {
    const again = queue.find((item) => item.kind === "finish");
    const item = { kind: "finish", visit: number, priorities: visit.priorities, key: key() };
    return { visit: { ...visit, ended: true }, put: [again ? { ...item, n: again.n } : item] };
  });

/** Take up a visit that was ended here and that the server did not accept. */
export const unfinish = (number) =>
  act(number, (visit, queue) => ({
    visit: { ...visit, ended: false },
    drop: queue.filter((item) => item.kind === "finish").map((item) => item.n),
  }));

/** Two texts for one point: keep one's own over what now stands, or take the other's. */
export const settle = (number, n, mine) =>
  act(number, (visit, queue) => {
    const item = queue.find((one) => one.n === n);
    if (!item?.conflict) return null;
    const theirs = item.conflict;
    if (!mine) {
      visit.answers[item.criterion] = { ...NOTHING, ...theirs };
      const after = queue.filter((one) => one.kind === "answer" && one.criterion === item.criterion);
      return { visit, drop: after.map((one) => one.n) };
    }
    visit.answers[item.criterion] = { ...visit.answers[item.criterion], revision: theirs.revision };
    return { visit, put: [{ kind: "answer", visit: number, criterion: item.criterion, key: key(), n }] };
  });

/** Send again, as a new sending, something that the server refused. */
export const retry = (number, n) =>
  act(number, (visit, queue) => {
    const item = queue.find((one) => one.n === n);
    return item && { put: [{ ...item, refused: undefined, body: undefined, key: key() }] };
  });

/** Give up something that the server refused; the person has read why. */
export const giveUp = (number, n) =>
  act(number, (visit, queue) => {
    const item = queue.find((one) => one.n === n);
    if (!item) return null;
    if (item.kind === "photo") {
      visit.photos[item.criterion] = (visit.photos[item.criterion] ?? []).filter((photo) => photo.id !== item.photo);
    }
    return { visit, drop: [n], gone: item.photo ? [item.photo] : [] };
  });

/** Put what the server says of a visit on the device; what waits to be sent stays as it was written here. */
export const lay = (fresh) =>
  alone(async () => {
    const kept = await hers();
    const known = await kept.visit(fresh.id);
    const waiting = await kept.queue(fresh.id);
    const visit = { priorities: [], ended: false, lastSent: "", ...(known ?? {}), ...fresh };
    if (known) {
      for (const item of waiting) {
        const code = item.criterion;
        if (item.kind === "answer") visit.answers[code] = known.answers[code];
        if (item.kind === "photo" || item.kind === "remove") visit.photos[code] = known.photos[code] ?? [];
      }
    }
    await kept.write({ visit });
  });

/** Take a visit that is over off the device, once nothing of it waits. */
export const forget = (number) =>
  alone(async () => {
    const kept = await hers();
    const visit = await kept.visit(number);
    if (!visit || (await kept.queue(number)).length) return;
    await kept.write({ forget: number, gone: Object.values(visit.photos).flatMap((list) => list.map((photo) => photo.id)) });
  });
