// Can this be signed with a passkey? Asks what is to be signed, has the device sign exactly that, and posts its answer with
// the form. Without this script, or when the device says no, the form signs after the password was typed.
const form = document.querySelector("form[data-passkey-options]");
if (form && window.PublicKeyCredential && window.webauthnJSON) offer(form);

function offer(form) {
  const status = form.querySelector("[data-sign-status]");
  const button = form.querySelector("button:has([data-with-passkey])");
  let busy = false;
  button.querySelector("[data-with-passkey]").hidden = false;
  button.querySelector("[data-plain]").hidden = true;

  function say(text) {
    const line = document.createElement("p");
    line.className = "notice notice-wait";
    line.textContent = text;
    status.replaceChildren(line);
    form.querySelector("[data-without-passkey]").hidden = false;
  }

  async function sign() {
    let response;
    try {
      response = await fetch(form.dataset.passkeyOptions, { method: "POST", body: new FormData(form), redirect: "manual" });
    } catch {
      return say(status.dataset.offlineText);
    }
    if (response.status === 422) return say((await response.json()).reason);
    if (!response.ok) return form.submit(); // signed out meanwhile: the page that follows says so
    try {
      const answer = await webauthnJSON.get((await response.json()).options);
      form.elements.assertion.value = JSON.stringify(answer);
    } catch {
      return say(status.dataset.refusedText);
    }
    form.submit();
  }

  form.addEventListener("submit", async (event) => {
    if (event.submitter?.name === "without") return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    status.replaceChildren();
    await sign();
    busy = false;
  });
}
