// What one does on a visit, kept on the device at once and put in the queue. The server is never asked here.
import { key } from "../dom.js";
import { KINDS, NOTHING } from "./kinds.js";
import { joined, picturesOf } from "./merge.js";
import { alone, hers } from "./store.js";

const tell = () => document.dispatchEvent(new CustomEvent("field:changed"));

// Acts on their way to the device's store: said on the page, and waited for before it is left.
let saving = 0;
const count = (step) => {
  saving += step;
  document.getElementById("field").dataset.saving = String(saving);
};
window.addEventListener("beforeunload", (event) => saving && event.preventDefault());

/** Do something on what is kept of a visit or a walk, one act at a time; `act(record, queue)` says what to write. */
export async function act(id, does) {
  count(1);
  try {
    await alone(async () => {
      const kept = await hers();
      const record = kept && (await kept.visit(id));
      if (!record) return;
      const writes = does(record, await kept.queue(id));
      if (writes) await kept.write(writes);
    });
  } finally {
    count(-1);
  }
  tell();
}

/** A thing said again: what waits and was never sent is replaced; what left already is followed by another. */
export function again(queue, kind, visit, criterion) {
  const mine = queue.filter((item) => item.kind === kind && item.criterion === criterion);
  const last = mine.at(-1);
  const waiting = mine.find((item) => item.conflict) ?? (last && !last.body ? last : null);
  const item = waiting ?? { kind, visit, criterion, key: key() };
  return { put: [item], drop: mine.filter((one) => one.refused && one !== waiting).map((one) => one.n) };
}

/** What is seen of a point. */
export const answer = (number, criterion, said) =>
  act(number, (visit, queue) => {
    visit.answers[criterion] = { ...NOTHING, ...visit.answers[criterion], ...said };
    return { visit, ...again(queue, "answer", number, criterion) };
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

/** Two words on one thing: keep one's own over what now stands, or take the other's. */
export const settle = (id, n, mine) =>
  act(id, (visit, queue) => {
    const item = queue.find((one) => one.n === n);
    if (!item?.conflict) return null;
    const { kind, criterion, conflict } = item;
    KINDS[kind][mine ? "ours" : "theirs"](item, visit, conflict);
    if (mine) return { visit, put: [{ kind, visit: id, criterion, key: key(), n }] };
    const after = queue.filter((one) => one.kind === kind && one.criterion === criterion);
    return { visit, drop: after.map((one) => one.n) };
  });

/** Send again, as a new sending, something that the server refused. */
export const retry = (id, n) =>
  act(id, (visit, queue) => {
    const item = queue.find((one) => one.n === n);
    return item && { put: [{ ...item, refused: undefined, body: undefined, key: key() }] };
  });

/** Give up something that the server refused, and what hangs on it; the person has read why. */
export const giveUp = (id, n) =>
  act(id, (visit, queue) => {
    const item = queue.find((one) => one.n === n);
    if (!item) return null;
    const { drop = [], gone = [] } = KINDS[item.kind].undone?.(item, visit, queue) ?? {};
    return { visit, drop: [n, ...drop], gone };
  });

/** Put what the server says of a visit on the device; what waits to be sent stays as it was written here. */
export const lay = (fresh) =>
  alone(async () => {
    const kept = await hers();
    const known = await kept.visit(fresh.id);
    const waiting = await kept.queue(fresh.id);
    await kept.write({ visit: joined(known, fresh, waiting) });
  });

/** Take a visit that is over off the device, once nothing of it waits. */
export const forget = (id) =>
  alone(async () => {
    const kept = await hers();
    const visit = await kept.visit(id);
    if (visit && !(await kept.queue(id)).length) await kept.write({ forget: id, gone: picturesOf(visit) });
  });
