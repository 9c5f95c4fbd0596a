// What the server says of a visit or a walk, joined with what waits on the device: what waits stays as it was written here.

function visit(known, fresh, waiting) {
  const made = { priorities: [], ended: false, lastSent: "", ...known, ...fresh };
  for (const { kind, criterion } of waiting) {
    if (kind === "answer") made.answers[criterion] = known.answers[criterion];
    if (kind === "photo" || kind === "remove") made.photos[criterion] = known.photos[criterion] ?? [];
  }
  return made;
}

function walk(known, fresh, waiting) {
  const made = { newPlace: "", lastSent: "", ...known, ...fresh };
  const ours = (kind) => new Set(waiting.filter((item) => item.kind === kind).map((item) => item.criterion));
  const [stops, seen, withdrawn] = [ours("stop"), ours("observe"), ours("withdraw")];
  if (!waiting.length) return made;
  made.stops = [...fresh.stops.filter((one) => !stops.has(one.key)), ...known.stops.filter((one) => stops.has(one.key))];
  made.observations = [
    ...fresh.observations.filter((one) => !seen.has(one.key)).map((one) => ({ ...one, withdrawn: withdrawn.has(one.key) })),
    ...known.observations.filter((one) => seen.has(one.key)),
  ];
  if (ours("count").size) Object.assign(made, { counts: known.counts, revision: known.revision });
  return made;
}

/** What is to be kept of a visit or a walk, from what was on the device, what the server says and what waits. */
export const joined = (known, fresh, waiting) => (fresh.kind === "walk" ? walk : visit)(known ?? {}, fresh, waiting);

/** The photos that go with a visit or a walk. */
export const picturesOf = ({ kind, photos, observations }) =>
  kind === "walk" ? observations.map((one) => one.key) : Object.values(photos).flatMap((list) => list.map((photo) => photo.id));
