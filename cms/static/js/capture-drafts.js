// Which drafts wait on this device, and how do they reach the log? Used by the page and by its service worker.
// A draft leaves the device only when the server says that it has it. Its key is random and made before it is first
// sent: however often it is sent, and from however many tabs, it is one shift.
const STORE = "drafts";
const AT_ONCE = 10; // drafts in one sending
const PATIENCE = 15_000; // milliseconds before a silent line counts as broken

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("capture", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

async function within(mode, act) {
  const transaction = (await database()).transaction(STORE, mode);
  return new Promise((resolve, reject) => {
    const asked = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

// The drafts of one person, oldest first: a telephone may be lent.
export async function waiting(owner) {
  const drafts = await within("readonly", (store) => store.getAll());
  return drafts.filter((draft) => draft.owner === owner).sort((one, other) => one.madeAt - other.madeAt);
}

export async function owners() {
  const drafts = await within("readonly", (store) => store.getAll());
  return new Set(drafts.map((draft) => draft.owner));
}

// Keeps a draft; `instead` is the key of the one it mends.
export function keep(draft, instead) {
  return within("readwrite", (store) => {
    if (instead && instead !== draft.key) store.delete(instead);
    store.put(draft);
  });
}

export function remove(key) {
  return within("readwrite", (store) => void store.delete(key));
}

// What was refused stays with its sentences, unless it was thrown away or mended meanwhile.
function refuse(key, sentences) {
  return within("readwrite", (store) => {
    store.get(key).onsuccess = ({ target }) => target.result && store.put({ ...target.result, refused: sentences });
  });
}

// Sends what waits. Gives { state, answers }: "sent", or why not: "offline", "signed-out", "not-yours".
export function send({ owner, address, token }) {
  const act = () => sendAll({ owner, address, token });
  return navigator.locks ? navigator.locks.request("capture-send", act) : act();
}

async function sendAll({ owner, address, token }) {
  const drafts = (await waiting(owner)).filter((draft) => !draft.refused);
  const answers = [];
  while (drafts.length) {
    const some = drafts.splice(0, AT_ONCE);
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST",
        body: JSON.stringify({ owner, drafts: some.map(({ key, fields }) => ({ key, fields })) }),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        redirect: "manual", // to a sign-in
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch {
      return { state: "offline", answers };
    }
    if (answer.type === "opaqueredirect" || answer.status === 403) return { state: "signed-out", answers };
    if (answer.status === 409) return { state: "not-yours", answers };
    if (!answer.ok) return { state: "offline", answers };
    let said;
    try {
      said = (await answer.json()).answers;
    } catch {
      return { state: "offline", answers };
    }
    for (const one of said) {
      await (one.outcome === "refused" ? refuse(one.key, one.sentences) : remove(one.key));
      answers.push(one);
    }
  }
  return { state: "sent", answers };
}
