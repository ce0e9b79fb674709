// Is a learner's page still on this device after they signed out? Not once a page for visitors has been seen.
// Drafts that were not sent stay: they hold no title and no name, and are all there is of that day.
const names = (await globalThis.caches?.keys()) ?? [];
await Promise.all(names.filter((name) => name.startsWith("capture-")).map((name) => caches.delete(name)));
