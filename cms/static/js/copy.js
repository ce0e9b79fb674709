// How do I get this text into another program? A button that copies; without a script, the text is there to select.
for (const field of document.querySelectorAll("[data-copy]")) {
  const text = field.querySelector("textarea");
  const button = field.querySelector("button");
  const status = field.querySelector("[role=status]");
  text.addEventListener("focus", () => text.select());
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      status.textContent = field.dataset.copied;
    } catch {
      status.textContent = field.dataset.failed;
      text.focus();
    }
  });
}
