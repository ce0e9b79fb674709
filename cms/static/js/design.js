// What would the certificate look like as the form has it? Asked a moment after each change; without a script, the draft
// shows it once it is kept.
const form = document.querySelector("form[data-try]");
const live = document.querySelector(".desk-live");
const image = live.querySelector("img");
const status = live.querySelector("[role=status]");
let waiting;
let asked = 0;

const look = async () => {
  const mine = ++asked;
  const said = new FormData(form);
  for (const choice of live.querySelectorAll("select")) said.set(choice.name, choice.value);
  let response;
  try {
    response = await fetch(form.dataset.try, { method: "POST", body: said });
  } catch {
    return; // offline: the last picture stays
  }
  if (mine !== asked) return;
  if (response.headers.get("content-type")?.startsWith("image/")) {
    const before = image.src;
    image.src = URL.createObjectURL(await response.blob());
    image.hidden = false;
    URL.revokeObjectURL(before);
    status.textContent = "";
  } else if (response.status === 422) {
    status.replaceChildren(
      ...(await response.json()).problems.map((sentence) => Object.assign(document.createElement("p"), { textContent: sentence })),
    );
  }
};
const soon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, 400); // milliseconds
};

live.hidden = false;
form.addEventListener("input", soon);
live.addEventListener("input", soon);
look();
