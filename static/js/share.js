// Adds to the share links: copying the address, and the device's own way to share.

for (const box of document.querySelectorAll("[data-share]")) {
  const { url, title } = box.dataset;
  const copy = box.querySelector("[data-copy]");
  if (copy && navigator.clipboard) {
    const label = copy.textContent;
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(url);
      copy.textContent = copy.dataset.copy;
      setTimeout(() => (copy.textContent = label), 2000);
    });
  }
  const native = box.querySelector("[data-native]");
  if (native && navigator.share) {
    native.hidden = false;
    native.addEventListener("click", () => navigator.share({ title, url }).catch(() => {}));
  }
}

for (const code of document.querySelectorAll(".share__code")) {
  code.addEventListener("focus", () => code.select());
}
