// Serves the page of the visits and what it loads when the network is cut. Data never pass through here: they are sealed in
// the device's own store by the page. PAGE, FILES and CACHE stand above, written by the server.
/* global PAGE, FILES, CACHE */
const PATIENCE = 3_000;

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));

async function fill() {
  const cache = await caches.open(CACHE);
  const page = await fetch(PAGE, { cache: "no-store" });
  if (!page.ok || page.redirected) throw new Error("signed out");
  await cache.put(PAGE, page);
  await cache.addAll(FILES);
}

self.addEventListener("activate", (event) =>
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith(`${PAGE}|`) && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  ),
);

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && pathname === PAGE) event.respondWith(visited(event.request));
  else if (FILES.includes(pathname)) event.respondWith(kept(event.request));
});

/** The page from the network while it answers in time, as it was kept otherwise. */
async function visited(request) {
  const known = await caches.match(PAGE, { cacheName: CACHE });
  try {
    return await fetch(request, known ? { signal: AbortSignal.timeout(PATIENCE) } : {});
  } catch (error) {
    if (known) return known;
    throw error;
  }
}

const kept = async (request) => (await caches.match(request, { cacheName: CACHE, ignoreVary: true })) ?? fetch(request);
