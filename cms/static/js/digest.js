// Which call sheet is it? Works out the SHA-256 of a file on this device and writes it into the field; the file is not sent:
// its input has no name. Without this script, or without a secure connection, the digest is typed.
for (const part of document.querySelectorAll("[data-digest-of]")) {
  const target = document.getElementById(part.dataset.digestOf);
  if (!target || !globalThis.crypto?.subtle) continue;
  const file = part.querySelector("input[type=file]");
  const line = part.querySelector("[role=status]");
  part.hidden = false;
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    line.textContent = part.dataset.reading;
    try {
      const digest = await crypto.subtle.digest("SHA-256", await file.files[0].arrayBuffer());
      target.value = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
      line.textContent = part.dataset.done;
    } catch {
      line.textContent = part.dataset.failed;
    }
  });
}
