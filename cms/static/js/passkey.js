// Can this browser use a passkey, and what if the device says no? Shows the button only where it can work, and a sentence
// instead of a line in the console. Without this file the button stays hidden and the password works.
if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-passkey]")) button.hidden = false;
}
document.addEventListener("allauth.error", (event) => {
  const sentence = document.querySelector("[data-passkey-error]");
  if (!sentence) return;
  event.preventDefault();
  sentence.hidden = false;
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-passkey]")) document.querySelector("[data-passkey-error]")?.setAttribute("hidden", "");
});
