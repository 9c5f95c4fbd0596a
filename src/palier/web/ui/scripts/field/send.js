// Sends what waits, in order, each thing under its own key: sent twice, it is done once. A thing leaves the queue only when
// the server has said that it is kept.
import { KINDS, pathOf } from "./kinds.js";
import { alone, hers, hold, holder, shut } from "./store.js";
import { forget, lay } from "./work.js";

const PATIENCE = 30_000;
const SENDING = "palier-terrain-send";
const home = () => document.getElementById("field").dataset.home;

/** How things stand: shown at the foot of every page. */
export const state = { sending: false, online: navigator.onLine, signedOut: false, last: "", me: null };
const tell = () => document.dispatchEvent(new CustomEvent("field:changed"));

class Cut extends Error {}
class SignedOut extends Error {}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(home() + path, {
      ...options,
      redirect: "manual",
      cache: "no-store",
      headers: { Accept: "application/json", ...options.headers },
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Cut();
  }
  if (response.type === "opaqueredirect" || response.status === 401) throw new SignedOut();
  if (response.status >= 500) throw new Cut();
  const json = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
  try {
    return { status: response.status, body: json ? await response.json() : null };
  } catch {
    throw new Cut(); // the answer was cut on its way
  }
}

/** Ask the server who is signed in. A device that held somebody else's work is shut before anything is shown. */
export async function meet() {
  const { status, body } = await ask("moi/");
  if (status !== 200 || !body) throw new SignedOut();
  const before = await holder();
  if (before?.account !== body.account) {
    if (before) await shut();
    await hold(body.account, body.key);
  }
  state.me = body;
  state.signedOut = false;
  state.online = true;
  return body;
}

/** Take a visit in charge, or read it or a walk again; it is then on the device. */
export async function fetchVisit(id, { take = false } = {}) {
  const me = state.me ?? (await meet());
  const asked = take ? { method: "POST", headers: { "X-CSRFToken": me.csrf } } : {};
  const { status, body } = await ask(take ? `${pathOf(id)}prendre/` : pathOf(id), asked);
  if (status !== 200) return body?.refused ?? "Cette visite n’a pas pu être prise en charge.";
  await lay(body);
  tell();
  return "";
}

/**
 * Read again the visits on the device; those that are no longer this person's leave it, unless something of them waits.
 * Nothing is sent meanwhile: what is read is never older than what the server has acknowledged.
 */
export const renewAll = () =>
  navigator.locks.request(SENDING, async () => {
    const open = new Set(state.me.visits.map((visit) => visit.id));
    try {
      for (const { id } of await (await hers()).visits()) await (open.has(id) ? fetchVisit(id) : forget(id));
    } catch (error) {
      if (!(error instanceof Cut || error instanceof SignedOut)) throw error;
    }
    tell();
  });

/** Mark a thing as tried, before it leaves; its words never change from then on, since its key stands for them. */
const readied = (item) =>
  alone(async () => {
    const kept = await hers();
    const now = (await kept.queue(item.visit)).find((one) => one.n === item.n);
    if (!now || now.conflict || now.refused || now.draft) return null;
    if (now.body) return now;
    const ready = { ...now, body: KINDS[now.kind].words(now, await kept.visit(item.visit)) };
    await kept.write({ put: [ready] });
    return ready;
  });

async function post(item) {
  const form = new FormData();
  for (const [name, value] of Object.entries(item.body)) form.set(name, value);
  if (item.sha256) {
    const photo = await (await hers()).photo(item.photo);
    if (!photo?.bytes) return { status: 410, body: { refused: "Cette photo n’est plus sur l’appareil." } };
    form.set("file", new Blob([photo.bytes], { type: "image/jpeg" }), `${item.photo}.jpg`);
  }
  const headers = { "X-CSRFToken": state.me.csrf, "Idempotency-Key": item.key };
  return ask(`${pathOf(item.visit)}${KINDS[item.kind].address}`, { method: "POST", body: form, headers });
}

/** What the server said of a thing enters the device in one act: kept, in conflict, or refused. */
const settled = (item, { status, body }) =>
  alone(async () => {
    const kept = await hers();
    const visit = await kept.visit(item.visit);
    if (status === 200 && body?.at) {
      state.last = visit.lastSent = body.at;
      KINDS[item.kind].kept?.(item, visit, body);
      const picture = item.photo ? [item.photo] : [];
      return kept.write({ visit, drop: [item.n], [item.sha256 ? "sent" : "gone"]: picture });
    }
    if (status === 409 && body?.theirs) return kept.write({ put: [{ ...item, conflict: body.theirs }] });
    const refused = body?.refused ?? `Le serveur n’a pas pris cet élément (${status}).`;
    return kept.write({ put: [{ ...item, refused }] });
  });

/** The next thing that may leave: none behind what its own point or stop holds, the end of a visit after everything else. */
function next(queue) {
  const held = new Set();
  for (const item of queue) {
    const place = `${item.visit}/${item.criterion}`;
    const stuck = item.conflict || item.refused || item.draft;
    if (stuck) held.add(place);
    if (stuck || held.has(place) || held.has(`${item.visit}/${item.stop}`)) continue;
    if (item.kind === "finish" && queue.some((one) => one.visit === item.visit && one.kind !== "finish")) continue;
    return item;
  }
  return null;
}

let waits = 0;
let timer = null;

function later() {
  clearTimeout(timer);
  timer = setTimeout(sendAll, Math.min(60_000, 1_000 * 2 ** waits));
  waits = Math.min(waits + 1, 6);
}

/** Send everything that may be sent, then rest; tried again when the network comes back, and from time to time. */
export const sendAll = () =>
  navigator.locks.request(SENDING, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    clearTimeout(timer);
    state.sending = true;
    tell();
    try {
      await meet();
      for (;;) {
        const item = next(await (await hers()).queue());
        const ready = item && (await readied(item));
        if (!item) break;
        if (ready) await settled(ready, await post(ready));
        waits = 0;
        tell();
        if (item.kind === "finish") {
          await forget(item.visit);
          // Accepted, it is nobody's to take any more: the list was read before.
          if (!(await (await hers()).visit(item.visit))) state.me.visits = state.me.visits.filter((one) => one.id !== item.visit);
        }
      }
    } catch (error) {
      if (error instanceof SignedOut) state.signedOut = true;
      else if (error instanceof Cut) state.online = false;
      else throw error;
      if (!state.signedOut) later();
    } finally {
      state.sending = false;
      tell();
    }
  });

window.addEventListener("online", sendAll);
window.addEventListener("offline", () => {
  state.online = false;
  tell();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendAll());
