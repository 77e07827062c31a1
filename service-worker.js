// Bozorcha's service worker: saved looks, the last pages of this profile, push.
// Pages are kept apart by profile and wiped when it changes, because phones are shared.
// Release: __VERSION__ (another text here makes browsers fetch this worker anew)
const PRECACHE = /*__PRECACHE__*/[];
const ASSETS = "assets";
const IMAGES = "images";
const STATE = "state";
const PAGES = "pages-"; // + profile
const WAIT = 3000; // ms before a saved page stands in for a slow network
const MOST_PAGES = 30;
const MOST_IMAGES = 80;
const MOST_ASSETS = 250;

self.addEventListener("install", (event) => {
  event.waitUntil(fillAssets());
});

async function fillAssets() {
  const cache = await caches.open(ASSETS);
  const have = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await cache.addAll(PRECACHE.filter((path) => !have.has(path)));
}

// No skipWaiting of its own: a page under somebody's hands keeps the worker it began with.
self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("message", (event) => {
  const { type } = event.data ?? {};
  if (type === "activate") event.waitUntil(self.skipWaiting());
  if (type === "wipe") event.waitUntil(changeProfile(""));
  if (type === "profile") event.waitUntil(settle(event.data));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.headers.get("accept") === "text/event-stream") return;
  if (url.pathname.startsWith("/static/")) event.respondWith(fromAssets(request));
  else if (url.pathname.startsWith("/media/")) event.respondWith(fromImages(event));
  else if (request.mode === "navigate") event.respondWith(fromNetwork(event));
});

// Assets: their names hold their content, so the first copy is right for ever.

async function fromAssets(request) {
  const cache = await caches.open(ASSETS);
  const saved = await cache.match(request, { ignoreVary: true });
  if (saved) return saved;
  const response = await fetch(request);
  if (response.ok && response.status === 200) {
    await cache.put(request, response.clone());
    await trim(cache, MOST_ASSETS);
  }
  return response;
}

// Images of goods: the saved one at once, a fresh one for the next time.

async function fromImages(event) {
  const cache = await caches.open(IMAGES);
  const saved = await cache.match(event.request);
  const fresh = fetch(event.request).then(async (response) => {
    if (response.ok) {
      await cache.put(event.request, response.clone());
      await trim(cache, MOST_IMAGES);
    }
    return response;
  });
  if (!saved) return fresh;
  event.waitUntil(fresh.catch(() => {}));
  return saved;
}

// Pages: the network for three seconds, then the copy of this profile, then the offline page.

async function fromNetwork(event) {
  const network = fetch(event.request);
  event.waitUntil(network.then((response) => keep(event.request, response.clone())).catch(() => {}));
  const late = new Promise((resolve) => setTimeout(resolve, WAIT));
  const first = await Promise.race([network.catch(() => null), late]);
  if (first) return first;
  const saved = await savedPage(event.request.url);
  if (saved) return saved;
  return network.catch(async () => (await offlinePage(event.request.url)) ?? Response.error());
}

/** Save a page that says it may be saved, under the profile that is written in it. */
async function keep(request, response) {
  if (!response.ok || response.redirected || response.headers.get("x-offline") !== "keep") return;
  const html = await response.text();
  const profile = html.match(/ data-profile="([^"]+)"/)?.[1];
  if (!profile) return;
  await changeProfile(profile);
  const cache = await caches.open(PAGES + profile);
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policyOf(response),
  };
  await cache.put(request.url, new Response(html, { headers }));
  await trim(cache, MOST_PAGES);
}

/** A saved page obeys the same content policy as the live one. */
function policyOf(response) {
  return response.headers.get("content-security-policy") ?? "default-src 'self'";
}

async function savedPage(url) {
  const profile = await currentProfile();
  if (!profile) return null;
  const cache = await caches.open(PAGES + profile);
  return (await cache.match(url, { ignoreVary: true })) ?? null;
}

async function offlinePage(url) {
  const profile = await currentProfile();
  if (!profile) return null;
  const cache = await caches.open(PAGES + profile);
  const locale = new URL(url).pathname.split("/")[1];
  const kept = (await cache.match(`/${locale}/offline`)) ?? (await anyOffline(cache));
  return kept && new Response(await kept.text(), { status: 503, headers: kept.headers });
}

async function anyOffline(cache) {
  const found = (await cache.keys()).find((request) => request.url.endsWith("/offline"));
  return found && cache.match(found);
}

async function trim(cache, most) {
  const keys = (await cache.keys()).filter((request) => !request.url.endsWith("/offline"));
  const precached = new Set(PRECACHE.map((path) => new URL(path, self.location.origin).href));
  const spare = keys.filter((request) => !precached.has(request.url));
  await Promise.all(spare.slice(0, Math.max(0, spare.length - most)).map((request) => cache.delete(request)));
}

// Profiles: a guest, a person, a child. Only one is kept at a time.

async function currentProfile() {
  const saved = await (await caches.open(STATE)).match("/profile");
  return saved ? saved.text() : "";
}

async function changeProfile(profile) {
  if ((await currentProfile()) === profile) return;
  const names = (await caches.keys()).filter((name) => name.startsWith(PAGES) || name === IMAGES);
  await Promise.all(names.map((name) => caches.delete(name)));
  await (await caches.open(STATE)).put("/profile", new Response(profile));
}

/** The page tells whose device this is now; the offline page of that profile is fetched at once. */
async function settle({ id, locale }) {
  if (!id || !/^[\w-]+$/.test(locale)) return;
  await changeProfile(id);
  const cache = await caches.open(PAGES + id);
  const path = `/${locale}/offline`;
  if (await cache.match(path)) return;
  const response = await fetch(path, { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const html = await response.text();
  if (!html.includes(` data-profile="${id}"`)) return; // the profile changed meanwhile
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policyOf(response),
  };
  await cache.put(path, new Response(html, { headers }));
}

// Push: declarative Web Push JSON, shown whatever it holds, for a silent push loses the permission.

self.addEventListener("push", (event) => {
  event.waitUntil(show(read(event.data)));
});

function read(data) {
  try {
    const message = data.json();
    return message.notification ?? message;
  } catch {
    return {};
  }
}

async function show(notification) {
  const { title, body, navigate, tag, lang, icon, badge, actions, data } = notification;
  const count = Number(notification.app_badge);
  if (Number.isInteger(count)) await self.navigator.setAppBadge?.(count).catch(() => {});
  await self.registration.showNotification(title || "Bozorcha", {
    body: body || "",
    tag: tag || undefined,
    renotify: Boolean(tag),
    lang: lang || undefined,
    icon: icon || PRECACHE.find((path) => path.includes("/icon-192")),
    badge: badge || PRECACHE.find((path) => path.includes("/badge-96")),
    actions: (actions ?? []).map(({ action, title: name }) => ({ action, title: name })),
    requireInteraction: Boolean(notification.require_interaction ?? notification.requireInteraction),
    data: { ...data, navigate: navigate || "/" },
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(address(event.notification.data?.navigate, event.action)));
});

/** Where a tap leads: always into this site; an answer is only carried along, never given. */
function address(navigate, action) {
  const url = new URL(navigate || "/", self.location.origin);
  const target = url.origin === self.location.origin ? url : new URL("/", self.location.origin);
  if (action === "approve" || action === "decline") target.searchParams.set("want", action);
  return target.href;
}

async function open(target) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = windows.find((client) => client.url === target);
  if (same) return same.focus();
  const [any] = windows;
  if (!any) return self.clients.openWindow(target);
  await any.focus().catch(() => {});
  return any.navigate(target).catch(() => self.clients.openWindow(target));
}

// Browsers may replace a subscription on their own; the next page tells the server as well.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(resubscribe(event));
});

async function resubscribe(event) {
  const options = event.oldSubscription?.options ?? event.newSubscription?.options;
  if (!options) return;
  const subscription = event.newSubscription ?? (await self.registration.pushManager.subscribe(options));
  const token = await self.cookieStore?.get("csrf");
  if (!token) return;
  await fetch("/push/subscriptions", {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json", "x-csrf-token": token.value },
    body: JSON.stringify(subscription.toJSON()),
  });
}
