// What one does along a walk, kept on the device at once. An observation waits from its first letter, as a draft; it may
// leave once it is said whole.
import { key } from "../dom.js";
import { act, again } from "./work.js";

/** What is being typed as the place of the next stop. */
export const typePlace = (id, words) => act(id, (walk) => ({ visit: { ...walk, newPlace: words } }));

/** Add a stop after the others; `point` is its longitude and latitude, or nothing. */
export const addStop = (id, place, point) =>
  act(id, (walk) => {
    const made = { key: key(), number: null, place, lon: point?.lon ?? null, lat: point?.lat ?? null };
    walk.stops.push(made);
    return { visit: { ...walk, newPlace: "" }, put: [{ kind: "stop", visit: id, criterion: made.key, key: made.key }] };
  });

const waiting = (queue, name) => queue.find((item) => item.kind === "observe" && item.criterion === name);

/** Whether an observation may still be written here: nothing of it has left. */
export const isOpen = (queue, name) => !waiting(queue, name)?.body;

/** Write some of an observation; `picture`, when given, is its new photo, null takes it off. */
export const write = (id, stop, name, said, picture) =>
  act(id, (walk, queue) => {
    const item = waiting(queue, name);
    const known = walk.observations.find((one) => one.key === name);
    if (item?.body || (known && !item)) return null;
    const one = known ?? { key: name, stop, positive: null, theme: "", text: "", responsible: "", photo: null, mine: true };
    if (!known) walk.observations.push(one);
    Object.assign(one, said);
    const next = { ...(item ?? { kind: "observe", visit: id, criterion: name, stop, key: name }), draft: true };
    if (picture === undefined) return { visit: walk, put: [next] };
    one.photo = picture && {};
    Object.assign(next, { photo: picture ? name : null, sha256: picture?.sha256 });
    const place = picture ? { add: { id: name, bytes: picture.bytes, thumb: picture.thumb } } : { gone: [name] };
    return { visit: walk, put: [next], ...place };
  });

/** An observation is said whole: it may leave. */
export const note = (id, name) =>
  act(id, (walk, queue) => {
    const item = waiting(queue, name);
    return item?.draft ? { put: [{ ...item, draft: false }] } : null;
  });

/** Take an observation back: it goes at once when nothing of it left, and is withdrawn on the server otherwise. */
export const withdraw = (id, name) =>
  act(id, (walk, queue) => {
    const item = waiting(queue, name);
    if (item && (!item.body || item.refused)) {
      walk.observations = walk.observations.filter((one) => one.key !== name);
      return { visit: walk, drop: [item.n], gone: [name] };
    }
    walk.observations.find((one) => one.key === name).withdrawn = true;
    return { visit: walk, put: [{ kind: "withdraw", visit: id, criterion: name, photo: name, key: key() }] };
  });

/** How many people of one kind took part. */
export const count = (id, who, many) =>
  act(id, (walk, queue) => {
    walk.counts[who] = many;
    return { visit: walk, ...again(queue, "count", id, "participants") };
  });
