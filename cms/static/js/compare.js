// Is this the very file? Its SHA-256 is made on this device and put where it could be typed; the file goes nowhere.
// Without this module, or away from HTTPS, the digest is typed.
for (const form of document.querySelectorAll("[data-compare]")) {
  if (!window.crypto?.subtle) continue;
  const file = form.querySelector("[type=file]");
  const digest = form.querySelector("[data-digest]");
  const show = () => {
    const typed = digest.value.trim().toLowerCase();
    form.querySelector("[data-compare-same]").hidden = typed !== form.dataset.compare;
    form.querySelector("[data-compare-other]").hidden = typed.length !== 64 || typed === form.dataset.compare;
  };
  file.closest("[data-compare-file]").hidden = false;
  file.addEventListener("change", async () => {
    digest.value = "";
    if (file.files.length) {
      const bytes = await crypto.subtle.digest("SHA-256", await file.files[0].arrayBuffer());
      digest.value = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    show();
  });
  digest.addEventListener("input", show);
}
