// Adds to the queue: choosing all without a new page, a range with Shift, and how many are chosen on the buttons.

const all = document.querySelector("[data-choose-all]");

for (const form of document.querySelectorAll("form:has(.queue)")) {
  const boxes = [...form.querySelectorAll(".queue input[type=checkbox]")];
  const buttons = [...form.querySelectorAll("[data-decide] button")];
  const labels = buttons.map((button) => button.textContent);
  let last = null;

  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    buttons.forEach((button, i) => {
      button.textContent = chosen ? `${labels[i]}\u00a0(${chosen})` : labels[i];
    });
  };

  if (form.contains(all)) {
    all.addEventListener("click", (event) => {
      event.preventDefault();
      const choose = !boxes.every((box) => box.checked);
      boxes.forEach((box) => (box.checked = choose));
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
