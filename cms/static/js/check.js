// What does my answer come to? Swaps an ungraded question in place, where the whole page would come back without a script.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-check]");
  if (!form) return;
  event.preventDefault();
  const answer = form.querySelector("[data-answer]");
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    // The region that is announced stays; only its words change. A page without it is a sign-in.
    answer.replaceChildren(...page.getElementById(form.id).querySelector("[data-answer]").childNodes);
  } catch {
    answer.textContent = form.dataset.trying;
  }
});
