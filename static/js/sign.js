// Adds to the sign form: a press counts once, and the bar at the foot of a phone goes while the form is in sight.

const form = document.querySelector("[data-sign]");
const button = form?.querySelector("[data-busy]");
const label = button?.textContent;

form?.addEventListener("submit", (event) => {
  if (button.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-busy", "true");
  button.textContent = button.dataset.busy;
});

// Coming back by the back button, the form can be sent again.
addEventListener("pageshow", () => {
  button?.removeAttribute("aria-busy");
  if (button) button.textContent = label;
});

const bar = document.querySelector("[data-bar]");
if (bar && form && "IntersectionObserver" in window) {
  new IntersectionObserver(([entry]) => bar.classList.toggle("bar--away", entry.isIntersecting)).observe(form);
}
