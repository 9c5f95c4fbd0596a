// What each kind of thing in the queue says to the server, where, and what it changes on the device once it is kept or given up.
/** What is said of a point that nobody answered. */
export const NOTHING = Object.freeze({ value: null, notSeen: false, note: "", revision: 0 });

/** The folder of a visit, or of a walk (« m » and its number). */
export const pathOf = (id) => (String(id).startsWith("m") ? `diagnostics/${String(id).slice(1)}/` : `${id}/`);

const stopOf = (walk, item) => walk.stops.find((stop) => stop.key === item.criterion);
const seenOf = (walk, item) => walk.observations.find((one) => one.key === item.criterion);
const without = (list, gone) => list.filter((one) => !gone.includes(one));

/**
 * `words(item, record)`: the body of a thing as it leaves. `kept(item, record, body)`: what the acknowledgement changes.
 * `ours` and `theirs(item, record, theirs)`: how a conflict ends. `undone(item, record, queue)`: what goes with a thing given up.
 */
export const KINDS = {
  answer: {
    address: "reponse/",
    words: ({ criterion }, { answers: { [criterion]: said } }) => ({
      criterion,
      revision: String(said.revision),
      value: said.value === null ? "" : String(said.value),
      not_seen: said.notSeen ? "on" : "",
      note: said.note,
    }),
    kept: ({ criterion }, visit, { revision }) => Object.assign(visit.answers[criterion], { revision }),
    ours: ({ criterion }, visit, { revision }) => Object.assign(visit.answers[criterion], { revision }),
    theirs: ({ criterion }, visit, theirs) => Object.assign(visit.answers, { [criterion]: { ...NOTHING, ...theirs } }),
  },
  photo: {
    address: "photo/",
    words: ({ criterion, photo, sha256 }) => ({ criterion, key: photo, sha256 }),
    kept: ({ criterion, photo }, visit) => {
      const shown = (visit.photos[criterion] ?? []).find((one) => one.id === photo);
      if (shown) shown.sent = true;
    },
    undone: ({ criterion, photo }, visit) => {
      visit.photos[criterion] = (visit.photos[criterion] ?? []).filter((one) => one.id !== photo);
      return { gone: [photo] };
    },
  },
  remove: { address: "photo/retirer/", words: ({ photo }) => ({ key: photo }) },
  finish: {
    address: "terminer/",
    words: ({ priorities }) => ({ priorities: priorities.join(",") }),
    kept: (item, visit) => Object.assign(visit, { done: true }),
  },
  stop: {
    address: "arret/",
    words: (item, walk) => {
      const { key, place, lon, lat } = stopOf(walk, item);
      return { key, place, lon: lon === null ? "" : String(lon), lat: lat === null ? "" : String(lat) };
    },
    kept: (item, walk, { number }) => Object.assign(stopOf(walk, item), { number }),
    undone: (item, walk, queue) => {
      walk.stops = without(walk.stops, [stopOf(walk, item)]);
      const here = walk.observations.filter((one) => one.stop === item.criterion);
      walk.observations = without(walk.observations, here);
      const behind = queue.filter((one) => one.stop === item.criterion);
      return { drop: behind.map((one) => one.n), gone: here.map((one) => one.key) };
    },
  },
  observe: {
    address: "observation/",
    words: (item, walk) => {
      const { key, stop, positive, theme, text, responsible } = seenOf(walk, item);
      return { key, stop, sign: positive ? "+" : "-", theme, text, responsible, sha256: item.sha256 ?? "" };
    },
    undone: (item, walk, queue) => {
      walk.observations = without(walk.observations, [seenOf(walk, item)]);
      const behind = queue.filter((one) => one.criterion === item.criterion);
      return { drop: behind.map((one) => one.n), gone: [item.criterion] };
    },
  },
  withdraw: {
    address: "observation/retirer/",
    words: ({ criterion }) => ({ key: criterion }),
    kept: (item, walk) => Object.assign(walk, { observations: without(walk.observations, [seenOf(walk, item)]) }),
    undone: (item, walk) => Object.assign(seenOf(walk, item) ?? {}, { withdrawn: false }) && {},
  },
  count: {
    address: "participants/",
    words: (item, { counts, revision }) => ({ ...counts, revision }),
    kept: (item, walk, { revision }) => Object.assign(walk, { revision }),
    ours: (item, walk, { revision }) => Object.assign(walk, { revision }),
    theirs: (item, walk, { counts, revision }) => Object.assign(walk, { counts, revision }),
  },
};
