// Is my note kept? Saves it while one writes, and says so only once it is. Without a script the button saves it.
const PAUSE = 1000; // milliseconds without a key
const AGAIN = 5000; // milliseconds before trying again

const form = document.querySelector("[data-note]");
if (form) keep(form);

function keep(form) {
  const { text, seen } = form.elements;
  const status = form.querySelector("[data-status]");
  const words = form.dataset;
  let kept = text.value; // what the server has
  let refused; // what it would not take: the button then shows why
  let timer;
  let busy = false;

  const say = (sentence, state) => {
    status.textContent = sentence;
    status.dataset.state = state;
  };
  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };

  async function save() {
    if (busy || text.value === kept || text.value === refused) return;
    busy = true;
    const sent = text.value;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "manual", // to a sign-in
        keepalive: true, // when the page is left meanwhile
      });
      if (response.ok) {
        const answer = await response.json();
        kept = sent;
        seen.value = answer.saved_at;
        if (text.value === kept) say(answer.words, "saved");
      } else if (response.status === 422) {
        refused = sent;
        say((await response.json()).error, "waiting");
      } else if (response.type === "opaqueredirect" || response.status === 403 || response.status === 404) {
        refused = sent;
        say(words.signedOut, "waiting");
      } else {
        throw new Error(response.status);
      }
    } catch {
      say(words.trying, "waiting");
      later(AGAIN);
    } finally {
      busy = false;
      if (text.value !== kept && text.value !== sent) later(PAUSE);
    }
  }

  text.addEventListener("input", () => {
    if (text.value !== kept) say(words.unsaved, "waiting");
    later(PAUSE);
  });
  text.addEventListener("change", save);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
}
