// Adds to the pages that pass a letter on: copying what stands beside a button, and the device's own way to share.

for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const label = button.textContent;
  const field = button.parentElement.querySelector("input, textarea");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copy;
    setTimeout(() => (button.textContent = label), 2000);
  });
}

for (const box of document.querySelectorAll("[data-share]")) {
  const { url, title } = box.dataset;
  const native = box.querySelector("[data-native]");
  if (native && navigator.share) {
    native.hidden = false;
    native.addEventListener("click", () => navigator.share({ title, url }).catch(() => {}));
  }
}

for (const code of document.querySelectorAll(".share__code")) {
  code.addEventListener("focus", () => code.select());
}
