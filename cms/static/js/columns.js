// Can a detail be ticked for every shift at once? Buttons over the table; without a script each box is ticked by itself.
const columns = document.querySelector("[data-columns]");
const boxes = [...document.querySelectorAll("input[name=shows]")];
const of = (button) => boxes.filter((box) => box.dataset.part === button.dataset.part);

if (columns && boxes.length) {
  const buttons = [...columns.querySelectorAll("button")].filter((button) => {
    button.hidden = of(button).length === 0; // no mentor lets their name be shown
    return !button.hidden;
  });
  const say = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", of(button).every((box) => box.checked));
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const tick = button.getAttribute("aria-pressed") !== "true";
      for (const box of of(button)) box.checked = tick;
      say();
    });
  }
  document.addEventListener("change", say);
  columns.hidden = false;
  say();
}
