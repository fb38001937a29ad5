// Adds to the queue: choosing all without a new page, a range with Shift, and how many are chosen on the buttons. What is
// suspicious is chosen by hand alone.

const all = document.querySelector("[data-choose-all]");

for (const form of document.querySelectorAll("form:has(.queue)")) {
  const boxes = [...form.querySelectorAll(".queue input[type=checkbox]")];
  const buttons = [...form.querySelectorAll("[data-decide] button")];
  const together = boxes.filter((box) => !("byHand" in box.dataset));
  const chooses = form.contains(all) ? { all: all.textContent, none: all.dataset.chooseAll } : null;
  const labels = buttons.map((button) => button.textContent);
  let last = null;

  const areAll = () => together.every((box) => box.checked);

  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    buttons.forEach((button, i) => {
      button.textContent = chosen ? `${labels[i]}\u00a0(${chosen})` : labels[i];
    });
    if (chooses) all.textContent = areAll() ? chooses.none : chooses.all;
  };

  if (chooses) {
    all.addEventListener("click", (event) => {
      event.preventDefault();
      const choose = !areAll();
      (choose ? together : boxes).forEach((box) => (box.checked = choose));
      tell();
    });
  }

  boxes.forEach((box, at) => {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(last, at), Math.max(last, at)];
        boxes.slice(from, to + 1).forEach((other) => (other.checked = box.checked));
      }
      last = at;
      tell();
    });
  });

  tell();
}
