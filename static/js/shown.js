// Adds to the sign form: what it says of what will be public follows what is chosen.

const form = document.querySelector("[data-sign]");
const said = form?.querySelector("[data-public]");
const otherwise = form?.querySelector("[data-otherwise]");

function say() {
  const chosen = new FormData(form);
  const display = chosen.get("kind") === "organization" ? "organization" : (chosen.get("display") ?? "public");
  const later = chosen.has("together") && display !== "anonymous" ? ` ${said.dataset.together}` : "";
  otherwise.hidden = display === "organization"; // which always stands with its name
  said.textContent = said.dataset[display] + later;
}

if (said) {
  form.addEventListener("change", say);
  addEventListener("pageshow", say);
  say();
}
