// Adds to the sign form: what only an organization says stands there when one signs for an organization, and what only a
// person says when one signs for oneself.

const form = document.querySelector("[data-sign]");
const kinds = [...(form?.querySelectorAll("[name=kind]") ?? [])];
const ofOrganizations = form?.querySelector("[data-for-organization]");
const ofPeople = ["role", "affiliation", "display", "together", "erase_address"]
  .map((name) => form?.querySelector(`[name=${name}]`)?.closest(".field"))
  .filter(Boolean);

function show() {
  const isOrganization = kinds.some((kind) => kind.checked && kind.value === "organization");
  ofOrganizations.hidden = !isOrganization;
  ofPeople.forEach((field) => (field.hidden = isOrganization));
}

if (ofOrganizations) {
  kinds.forEach((kind) => kind.addEventListener("change", show));
  addEventListener("pageshow", show);
  show();
}
