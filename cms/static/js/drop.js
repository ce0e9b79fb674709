// Can a file be let fall on the page, and a photographed code be read without sending it? Without a script one chooses a file.
const form = document.querySelector("[data-drop]");
const input = form?.querySelector("input[type=file]");
const place = form?.querySelector(".drop");
const said = form?.querySelector("[data-drop-said]");

// The address of our answer that a code on the picture opens; null where there is none, or the browser reads no codes.
async function answerOn(file) {
  if (!("BarcodeDetector" in window) || !file.type.startsWith("image/") || file.type === "image/svg+xml") return null;
  try {
    const picture = await createImageBitmap(file);
    const codes = await new BarcodeDetector({ formats: ["qr_code"] }).detect(picture);
    picture.close();
    const ours = new URL(form.dataset.verify, location.href);
    const found = codes.map((code) => URL.parse?.(code.rawValue)).find(
      (url) => url?.host === ours.host && url.pathname.startsWith(ours.pathname) && url.pathname !== ours.pathname,
    );
    return found ? ours.origin + found.pathname : null;
  } catch {
    return null; // the server reads it
  }
}

async function check(file) {
  said.textContent = said.dataset.reading;
  const answer = await answerOn(file);
  if (answer) location.assign(answer);
  else form.submit();
}

if (form) {
  form.querySelector("[data-drop-hint]").hidden = false;
  input.addEventListener("change", () => { if (input.files.length) check(input.files[0]); });
  // Anywhere on the page: a file that falls beside the place would be opened instead.
  document.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    place.classList.add("drop-over");
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) place.classList.remove("drop-over"); });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    place.classList.remove("drop-over");
    input.files = event.dataTransfer.files;
    check(input.files[0]);
  });
}
