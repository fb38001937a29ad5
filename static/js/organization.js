// Adds to the sign form: what only an organization says stands there when one signs for an organization, and what only a
// person says when one signs for oneself; so does whose name is asked for. What does not stand there is not sent either.

const form = document.querySelector("[data-sign]");
const kinds = [...(form?.querySelectorAll("[name=kind]") ?? [])];
const ofOrganizations = form?.querySelector("[data-for-organization]");
const name = form?.querySelector("label[for=name]");
const ofPeople = ["role", "affiliation", "display", "together", "erase_address"]
  .map((name) => form?.querySelector(`[name=${name}]`)?.closest(".field"))
  .filter(Boolean);

function hide(part, isHidden) {
  part.hidden = isHidden;
  part.querySelectorAll("input").forEach((input) => (input.disabled = isHidden));
}

function show() {
  const isOrganization = kinds.some((kind) => kind.checked && kind.value === "organization");
  hide(ofOrganizations, !isOrganization);
  ofPeople.forEach((field) => hide(field, isOrganization));
  name.textContent = isOrganization ? ofOrganizations.dataset.name : ofOrganizations.dataset.ownName;
}

if (ofOrganizations) {
  kinds.forEach((kind) => kind.addEventListener("change", show));
  addEventListener("pageshow", show);
  show();
}
