// What does this one page do without a signal? Shows the shell kept on the device, and sends what waits once it is back.
// Controls nothing else of the site, and keeps no other answer. {% load static %}
import { owners, send } from "{% static "js/capture-drafts.js" %}";

const NAME = "capture-{{ version }}";
const PAGE = "{{ page }}";
const SHELL = "{% url "assessments:capture_shell" %}";
const SEND = "{% url "assessments:capture_send" %}";
const COOKIE = "{{ cookie }}";
const FILES = [{% for file in files %}"{{ file }}", {% endfor %}];
const PATHS = new Set(FILES.map((file) => new URL(file, location.href).pathname));
const PATIENCE = 4_000; // milliseconds before a weak signal counts as none

const old = (name) => name.startsWith("capture-") && name !== NAME;

async function keepShell() {
  const cache = await caches.open(NAME);
  const answer = await fetch(SHELL, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
  // Signed out, or without a mentor: nobody's shell is kept.
  if (answer.ok) await cache.put(SHELL, answer);
  else await cache.delete(SHELL);
}

async function page(event) {
  const asked = fetch(event.request);
  const answered = asked.then((answer) => (answer.ok || answer.type === "opaqueredirect") && keepShell());
  event.waitUntil(answered.catch(() => {}));
  const shell = await caches.match(SHELL);
  if (!shell) return asked;
  const tooLong = new Promise((resolve) => setTimeout(resolve, PATIENCE, shell));
  return Promise.race([asked.catch(() => shell), tooLong]);
}

self.addEventListener("install", (event) => {
  const filled = caches.open(NAME).then((cache) => cache.addAll(FILES)).then(keepShell);
  event.waitUntil(filled.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const cleared = caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))));
  event.waitUntil(cleared.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && url.origin === location.origin && url.pathname === PAGE) {
    event.respondWith(page(event));
  } else if (PATHS.has(url.pathname)) {
    // The browser's own cache answers for files with a hash in their name; this is for when nothing else does.
    event.respondWith(fetch(request).catch(async () => (await caches.match(request.url)) ?? Response.error()));
  }
});

// Where a browser sends in the background: also when the page is closed.
self.addEventListener("sync", (event) => event.waitUntil(sendAll()));

async function sendAll() {
  const cookie = await self.cookieStore?.get(COOKIE);
  if (!cookie) return; // the page sends it, when it is next opened
  for (const owner of await owners()) {
    const { state } = await send({ owner, address: SEND, token: cookie.value });
    if (state === "offline") throw new Error("offline"); // the browser tries again
  }
  await keepShell();
}
