// Adds to the panel beside a letter: it stays in sight while one reads where the window shows all of it; where it does
// not, it scrolls with the page, and the bar at the foot leads back to it.

const side = document.querySelector(".page__side");
const bar = document.querySelector("[data-bar]");
const FITS = "page__side--fits";
const AROUND = 48; // what stays free above it and below

const AT_ONCE_MS = 200;
let top = null; // where it stood when somebody pressed something in it just now

function note() {
  top = side.getBoundingClientRect().top;
  setTimeout(() => (top = null), AT_ONCE_MS);
}

function place() {
  const fits = side.offsetHeight + AROUND <= innerHeight;
  bar?.classList.toggle("bar--wide", !fits);
  side.classList.toggle(FITS, fits);
  // What is unfolded in the middle of a long letter stays under the hand that unfolded it.
  if (!fits && top !== null) scrollBy({ top: side.getBoundingClientRect().top - top, behavior: "instant" });
  top = null;
}

if (side) {
  side.addEventListener("click", note, { capture: true });
  new ResizeObserver(place).observe(side);
  addEventListener("resize", place);
}
