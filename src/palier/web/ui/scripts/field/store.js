// What the device keeps for work without network: visits, photos, the queue of what is to be sent. Everything is sealed
// with a key that the server gives to its account alone; without that key, what is left on the device is unreadable.
import { openDB } from "idb";

export const MARK = "palier-terrain";
const open = () =>
  openDB(MARK, 1, {
    upgrade(db) {
      db.createObjectStore("account", { keyPath: "id" });
      db.createObjectStore("visits", { keyPath: "id" });
      db.createObjectStore("photos", { keyPath: "id" });
      db.createObjectStore("queue", { keyPath: "n", autoIncrement: true });
    },
  });
let opened;
const db = () => (opened ??= open());

/** One writer at a time, among all tabs: what is read under the lock is still true when it is written. */
export const alone = (act) => navigator.locks.request(`${MARK}-write`, act);

// --- Whose device it is ---------------------------------------------------------------------------------------------

/** The account that the device works for: its number and its key, or nothing. */
export async function holder() {
  return (await (await db()).get("account", "holder")) ?? null;
}

/** Work for this account from now on; `secret` is what the server gives it, as hexadecimal. */
export async function hold(account, secret) {
  const bytes = Uint8Array.from(secret.match(/../g), (pair) => parseInt(pair, 16));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  localStorage.setItem(MARK, String(account));
  await (await db()).put("account", { id: "holder", account, key });
}

/** Shut the device: the key goes, and all that is not waiting to be sent. What waits stays sealed until its account is back. */
export const shut = () =>
  alone(async () => {
    const base = await db();
    const waiting = await base.getAll("queue");
    const visits = new Set(waiting.map((item) => item.visit));
    const photos = new Set(waiting.map((item) => item.photo));
    const all = base.transaction(["account", "visits", "photos"], "readwrite");
    await all.objectStore("account").clear();
    for (const name of ["visits", "photos"]) {
      const kept = name === "visits" ? visits : photos;
      for (const id of await all.objectStore(name).getAllKeys()) if (!kept.has(id)) all.objectStore(name).delete(id);
    }
    await all.done;
    if (!waiting.length) localStorage.removeItem(MARK);
  });

/** How many things wait to be sent on this device, whoever they are from. */
export const waitingHere = async () => (await db()).count("queue");

// --- Sealed records -------------------------------------------------------------------------------------------------

async function seal(key, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}

const unseal = (key, { iv, data }) => crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data);
const sealed = (key, value) => seal(key, new TextEncoder().encode(JSON.stringify(value)));
const read = async (key, value) => JSON.parse(new TextDecoder().decode(await unseal(key, value)));
const visitId = (account, visit) => `${account}:${visit}`;

/** What one account keeps here. Built by `hers()`. */
class Kept {
  constructor(account, key) {
    Object.assign(this, { account, key });
  }

  /** The visits on the device, by number. */
  async visits() {
    const rows = (await (await db()).getAll("visits")).filter((row) => row.account === this.account);
    return Promise.all(rows.map((row) => read(this.key, row.sealed)));
  }

  async visit(number) {
    const row = await (await db()).get("visits", visitId(this.account, number));
    return row ? read(this.key, row.sealed) : null;
  }

  /** What waits to be sent, in order; of one visit, or of all. */
  async queue(number = null) {
    const rows = (await (await db()).getAll("queue")).filter((row) => row.account === this.account);
    const of = number === null ? rows : rows.filter((row) => row.visit === visitId(this.account, number));
    return Promise.all(of.map(async (row) => ({ n: row.n, ...(await read(this.key, row.sealed)) })));
  }

  /** The bytes of a photo that is not sent yet, and its small picture. */
  async photo(id) {
    const row = await (await db()).get("photos", id);
    if (!row) return null;
    const bytes = row.bytes && (await unseal(this.key, row.bytes));
    return { bytes, thumb: new Blob([await unseal(this.key, row.thumb)], { type: "image/jpeg" }) };
  }

  /**
   * Write everything of one act, or nothing: `visit` as it now stands, things to `put` in the queue (those with an `n`
   * replace what they were), numbers to `drop` from it, a photo to `add`, photos `sent` (their bytes go) or `gone`.
   */
  async write({ visit = null, put = [], drop = [], add = null, sent = [], gone = [], forget = null }) {
    const row = visit && { id: visitId(this.account, visit.id), account: this.account, sealed: await sealed(this.key, visit) };
    const items = await Promise.all(
      put.map(async ({ n, ...item }) => ({
        ...(n === undefined ? {} : { n }),
        account: this.account,
        visit: visitId(this.account, item.visit),
        photo: item.photo ?? null,
        sealed: await sealed(this.key, item),
      })),
    );
    const picture = add && {
      id: add.id,
      account: this.account,
      bytes: await seal(this.key, add.bytes),
      thumb: await seal(this.key, add.thumb),
    };
    const all = (await db()).transaction(["visits", "photos", "queue"], "readwrite", { durability: "strict" });
    const [visits, photos, queue] = ["visits", "photos", "queue"].map((name) => all.objectStore(name));
    if (row) visits.put(row);
    if (forget !== null) visits.delete(visitId(this.account, forget));
    if (picture) photos.put(picture);
    for (const item of items) queue.put(item);
    for (const n of drop) queue.delete(n);
    for (const id of gone) photos.delete(id);
    for (const id of sent) {
      const one = await photos.get(id);
      if (one) photos.put({ ...one, bytes: null });
    }
    await all.done;
  }
}

/** What the account that holds the device keeps here; nothing when nobody holds it. */
export async function hers() {
  const found = await holder();
  return found && new Kept(found.account, found.key);
}
