// Can a day be kept without a signal? Puts it on this device first, then sends it, now or once there is a signal; lists
// what waits. Without this script the form's own button keeps the day.
const form = document.querySelector("form[data-capture]");
const page = document.querySelector(".capture");
const said = page.querySelector("[data-said]");
const section = page.querySelector("[data-kept]");
const dialog = page.querySelector("[data-ask]");
const { owner, send: address, worker } = form.dataset;
const isShell = "shell" in form.dataset;
const drafts = await import(form.dataset.drafts);
const channel = "BroadcastChannel" in self ? new BroadcastChannel("capture") : null;

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // as the academy's own codes: none is misread
const ROUNDED_TO = 5; // minutes
const NIGHT_ENDS = 5; // o'clock: until then a wrap belongs to the day before
const LEFT_OUT = new Set(["csrfmiddlewaretoken", "device_key"]);

let mends; // the key of the draft that is in the form to be mended
let busy = false;

const say = (name) => {
  said.textContent = name ? said.dataset[name] : "";
};
const two = (number) => String(number).padStart(2, "0");

function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/); // newer than the form's, after signing in again
  return cookie?.[1] ?? form.elements.csrfmiddlewaretoken?.value ?? "";
}

// The form -----------------------------------------------------------------------------------------------------

function fieldsOf() {
  const fields = {};
  for (const [name, value] of new FormData(form)) if (!LEFT_OUT.has(name)) (fields[name] ??= []).push(value);
  return fields;
}

function show(fields) {
  for (const input of [...form.elements]) {
    if (!input.name || LEFT_OUT.has(input.name)) continue;
    const values = fields[input.name] ?? [];
    if (input.type === "hidden") input.remove();
    else if (input.type === "radio" || input.type === "checkbox") input.checked = values.includes(input.value);
    else input.value = values[0] ?? "";
  }
  for (const name of ["duties", "competencies"]) {
    for (const value of fields[name] ?? []) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
}

// The device's own clock and a new key: a page that was kept does not know what day it is.
function begin() {
  mends = undefined;
  form.elements.device_key.value = crypto.randomUUID();
}

function now() {
  const at = new Date();
  form.elements.wrap.value = `${two(at.getHours())}:${two(at.getMinutes() - (at.getMinutes() % ROUNDED_TO))}`;
  at.setHours(at.getHours() - NIGHT_ENDS);
  form.elements.worked_on.value = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

// A code that no draft on this device has taken meanwhile; one made here has a digit, so that the guard reads no words in it.
function newCode(waiting) {
  const taken = new Set(waiting.map(({ fields }) => fields.new_code?.[0]));
  while (taken.has(form.elements.new_code.value)) {
    let code = "";
    while (!/\d/.test(code)) {
      const places = crypto.getRandomValues(new Uint8Array(3));
      code = `PRJ-${[...places].map((place) => LETTERS[place % LETTERS.length]).join("")}`;
    }
    form.elements.new_code.value = code;
  }
}

function again(draft) {
  form.reset();
  begin();
  now();
  // The next day is most often on the same production, also on one that is new.
  for (const radio of form.querySelectorAll("[name=production]")) radio.checked = radio.value === draft.fields.production?.[0];
  form.elements.new_code.value = draft.fields.new_code?.[0] ?? "";
}

// What waits ---------------------------------------------------------------------------------------------------

function nameOf({ fields }) {
  const day = new Date(`${fields.worked_on?.[0]}T12:00`);
  const words = Number.isNaN(day.valueOf())
    ? ""
    : new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", day: "numeric", month: "long" }).format(day);
  const radio = form.querySelector(`[name=production][value="${CSS.escape(fields.production?.[0] ?? "")}"]`);
  const code = fields.production?.[0] === "new" ? fields.new_code?.[0] : radio?.closest("label").textContent.trim();
  return [words, code, [fields.call?.[0], fields.wrap?.[0]].filter(Boolean).join("–")].filter(Boolean).join(", ");
}

function rowOf(draft) {
  const row = page.querySelector("[data-row]").content.firstElementChild.cloneNode(true);
  const part = (name) => row.querySelector(`[data-${name}]`);
  const name = nameOf(draft);
  part("name").textContent = name;
  part("state").textContent = part("state").dataset[draft.refused ? "refused" : "waits"];
  part("sentences").hidden = !draft.refused;
  for (const sentence of draft.refused ?? []) {
    part("sentences").append(Object.assign(document.createElement("li"), { textContent: sentence }));
  }
  for (const button of row.querySelectorAll("button")) button.setAttribute("aria-label", `${button.textContent.trim()}: ${name}`);
  part("mend").addEventListener("click", () => mend(draft));
  part("throw").addEventListener("click", () => throwAway(draft, name));
  return row;
}

async function list() {
  const waiting = await drafts.waiting(owner);
  // The one in the form is not also in the list, while the form shows what is to be put right.
  const shown = waiting.filter(({ key }) => key !== form.elements.device_key.value);
  section.hidden = shown.length === 0;
  section.querySelector("[data-list]").replaceChildren(...shown.map(rowOf));
  section.querySelector("[data-now]").hidden = shown.every((draft) => draft.refused);
  return waiting;
}

function mend(draft) {
  show(draft.fields);
  begin();
  mends = draft.key;
  form.elements.worked_on.focus();
}

function throwAway(draft, name) {
  dialog.querySelector("[data-which]").textContent = name;
  dialog.returnValue = "";
  dialog.onclose = async () => {
    if (dialog.returnValue !== "throw") return;
    await drafts.remove(draft.key);
    if (mends === draft.key) mends = undefined;
    await list();
    channel?.postMessage("changed");
    say("thrown");
  };
  dialog.showModal();
}

// Sending ------------------------------------------------------------------------------------------------------

async function send() {
  const outcome = await drafts.send({ owner, address, token: token() });
  page.querySelector("[data-enter]").hidden = outcome.state !== "signed-out";
  await list();
  channel?.postMessage("changed");
  return outcome;
}

async function sendWaiting() {
  const waiting = (await list()).filter((draft) => !draft.refused);
  if (!waiting.length) return;
  const { state, answers } = await send();
  if (state === "signed-out") say("signedOut");
  else if (state === "not-yours") say("notYours");
  else if (state === "offline") say("waits");
  else if (answers.some(({ outcome }) => outcome === "refused")) say("refused");
  else if (answers.length) say("sent");
}

async function sendLater() {
  try {
    const ready = await navigator.serviceWorker.ready;
    await ready.sync.register("capture");
  } catch {
    // Where a browser does not send in the background, the page does.
  }
}

async function keepToday(event) {
  event.preventDefault();
  if (busy) return;
  if (!navigator.onLine && !form.checkValidity()) {
    form.querySelector(".capture-rest").open = true;
    form.reportValidity();
    return;
  }
  busy = true;
  const draft = { key: form.elements.device_key.value, owner, madeAt: Date.now(), fields: fieldsOf() };
  try {
    await drafts.keep(draft, mends);
  } catch {
    form.submit(); // a browser that keeps nothing: the form's own way
    return;
  }
  const { state, answers } = await send();
  busy = false;
  const answer = answers.find(({ key }) => key === draft.key);
  if (answer?.url) {
    location.assign(answer.url);
  } else if (answer && !isShell) {
    form.submit(); // its page shows each refusal where it belongs
  } else {
    again(draft);
    await list();
    say(answer ? "refused" : { offline: "waits", "signed-out": "signedOut", "not-yours": "notYours" }[state] ?? "sent");
    said.scrollIntoView({ block: "center" });
    if (state === "offline") sendLater();
  }
}

// Counting -----------------------------------------------------------------------------------------------------

for (const button of form.querySelectorAll("[data-step]")) {
  const input = document.getElementById(button.dataset.for);
  button.hidden = false;
  button.addEventListener("click", () => {
    const count = Math.min(Math.max((Number(input.value) || 0) + Number(button.dataset.step), 0), Number(input.max));
    input.value = count || "";
    form.querySelector("[data-counted]").textContent = `${input.labels[0].textContent}: ${count}`;
  });
}

if (isShell) {
  begin();
  now();
}
newCode((await list()).filter(({ key }) => key !== form.elements.device_key.value));
form.addEventListener("submit", keepToday);
page.querySelector("[data-now]").addEventListener("click", sendWaiting);
addEventListener("online", sendWaiting);
addEventListener("pageshow", (event) => event.persisted && (begin(), list()));
channel?.addEventListener("message", list);
navigator.serviceWorker
  ?.register(worker, { scope: new URL(form.action).pathname, type: "module" })
  .then(() => navigator.serviceWorker.ready)
  .then(() => (form.querySelector("[data-offline]").hidden = false))
  .catch(() => {}); // the page does without
sendWaiting();
