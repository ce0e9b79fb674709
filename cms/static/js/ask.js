// Can a question be asked without leaving the card? A link with data-dialog opens that dialog; without a script, or in a
// browser without dialogs, it leads to the page that asks the same.
for (const link of document.querySelectorAll("a[data-dialog]")) {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog?.showModal) continue;
  link.setAttribute("role", "button");
  link.setAttribute("aria-haspopup", "dialog");
  link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      dialog.showModal();
    }
  });
  // Where buttons command dialogs by themselves, this one does.
  if ("commandForElement" in HTMLButtonElement.prototype) continue;
  for (const button of dialog.querySelectorAll("[command=close]")) button.addEventListener("click", () => dialog.close());
}
