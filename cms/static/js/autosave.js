// Is my answer saved? Sends the question's form whenever the answer changes, and says so once the server has it.
// Without this script the form's own button saves. Saves go one after the other, each with a higher number, so the
// server can drop one that a slow line delivers late; what fails is tried again until it works.
const form = document.querySelector("form[data-autosave]");
const line = document.querySelector("[data-save]");

const TYPING = 700; // milliseconds of quiet before half a number is sent
const PATIENCE = 10_000; // milliseconds before a silent line counts as broken
const LONGEST_WAIT = 30_000; // milliseconds between tries, at most

let sequence = Number(form.elements.sequence.value);
let unsaved = false; // something on the page is not on the server
let sending = false;
let finished = false; // the attempt is handed in: nothing is saved any more
let tries = 0;
let timer;
let onward; // what the person asked for meanwhile, once it is saved

function say(state, text) {
  line.dataset.save = state;
  const mark = line.querySelector("use");
  mark.setAttribute("href", mark.getAttribute("href").replace(/#.*/, state === "saved" ? "#check" : "#refresh-cw"));
  const words = line.querySelector("span");
  if (words.textContent !== text) words.textContent = text;
}

function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/); // newer than the form's, after signing in again
  return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
}

function send() {
  form.elements.sequence.value = ++sequence;
  return fetch(form.dataset.autosave, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { Accept: "application/json", "X-CSRFToken": token() },
    redirect: "manual",
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE),
  });
}

async function save() {
  clearTimeout(timer);
  if (sending || finished) return;
  sending = true;
  unsaved = false;
  let again = null; // milliseconds until the next try, null for none
  try {
    const answer = await send();
    if (answer.ok) {
      const { saved_at: time, sequence: newest, taken } = await answer.json();
      tries = 0;
      sequence = Math.max(sequence, newest);
      if (!taken) unsaved = true; // another tab saved meanwhile: what was changed last, here, is to stand
      if (unsaved) again = 0;
      else say("saved", line.dataset.savedText.replace("{time}", time));
    } else if (answer.status === 422) {
      if (unsaved) again = 0;
      else refused((await answer.json()).reason); // not an answer: the next change is sent
    } else if (answer.status === 409) {
      finished = true;
      say("trying", (await answer.json()).reason);
    } else {
      again = failed(answer.type === "opaqueredirect" ? line.dataset.signedOutText : line.dataset.tryingText);
    }
  } catch {
    again = failed(line.dataset.tryingText);
  }
  sending = false;
  form.elements.sequence.value = sequence + 1; // the button's own save is the newest of all
  if (again !== null) timer = setTimeout(save, again);
  else if (!unsaved || finished) goOn();
}

function refused(reason) {
  unsaved = true;
  say("trying", reason);
  if (onward?.form) goOn(); // the page comes back and says so at the field
  onward = undefined;
}

function failed(text) {
  unsaved = true;
  say("trying", text);
  tries += 1;
  return Math.min(1000 * 2 ** (tries - 1), LONGEST_WAIT);
}

function goOn() {
  const step = onward;
  onward = undefined;
  if (!step) return;
  unsaved = sending = false;
  step.go();
}

function changed(wait) {
  unsaved = true;
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function waitFor(event, step) {
  if (finished || !(unsaved || sending)) return;
  event.preventDefault();
  onward = step;
  save();
}

if (form && line) {
  const typed = (event) => event.target.matches("input[type=text]");
  form.addEventListener("input", (event) => typed(event) && changed(TYPING));
  form.addEventListener("change", (event) => (unsaved || !typed(event)) && changed(0));
  form.addEventListener("submit", (event) => {
    waitFor(event, { form: true, go: () => form.requestSubmit(event.submitter) });
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented) return; // such as Pause, which opens over the page
    const link = event.target.closest("a[href]");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (link && plain && link.origin === location.origin && link.pathname !== location.pathname) {
      waitFor(event, { form: false, go: () => location.assign(link.href) });
    }
  });
  addEventListener("online", () => unsaved && save());
  addEventListener("pagehide", () => unsaved && !sending && !finished && send());
  addEventListener("beforeunload", (event) => {
    if (!finished && (unsaved || sending)) event.preventDefault();
  });
}
