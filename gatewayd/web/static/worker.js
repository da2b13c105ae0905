// The service worker. It keeps this version's own files and one notice, nothing else: no page, no
// answer of the API, no picture of anybody's. Before this stands SHIPPED, which says what they are.

const CACHE = `gatewayd-${SHIPPED.version}`;

addEventListener("install", (event) => {
  // As nobody: what is kept on the device is the same whoever is logged in.
  const wanted = [...SHIPPED.files, SHIPPED.notice].map((url) => new Request(url, { credentials: "omit" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(wanted)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("gatewayd-") && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(SHIPPED.notice)));
  } else if (request.method === "GET" && url.origin === location.origin && url.pathname.startsWith(`${SHIPPED.prefix}/`)) {
    // Its content's digest stands in the address, so what is kept is never stale.
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});
