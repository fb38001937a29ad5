// Solves the proof of work that a page asks for in a rush, and sends the form by itself. The same file is the page's
// module and, asked by it, the worker that does the sum; where no worker may run, the page does it in small steps.

const AT_ONCE = 500;
const isPage = typeof document !== "undefined";

const hexadecimal = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

// The number whose SHA-256 behind the salt is the challenge; null if there is none.
async function solve({ challenge, salt, maxnumber }, tell) {
  const encoder = new TextEncoder();
  const start = parseInt(challenge.slice(0, 8), 16);
  for (let first = 0; first <= maxnumber; first += AT_ONCE) {
    const many = Math.min(AT_ONCE, maxnumber + 1 - first);
    const hashes = await Promise.all(
      Array.from({ length: many }, (_, step) => crypto.subtle.digest("SHA-256", encoder.encode(salt + (first + step)))),
    );
    const step = hashes.findIndex((hash) => new DataView(hash).getUint32(0) === start && hexadecimal(hash) === challenge);
    if (step >= 0) return first + step;
    tell((first + many) / (maxnumber + 1));
    if (isPage) await new Promise((rested) => setTimeout(rested));
  }
  return null;
}

function solveApart(asked, tell) {
  return new Promise((solved, failed) => {
    const worker = new Worker(import.meta.url, { type: "module" });
    worker.onerror = failed;
    worker.onmessage = ({ data }) => {
      if ("part" in data) return tell(data.part);
      worker.terminate();
      solved(data.number);
    };
    worker.postMessage(asked);
  });
}

async function prove(notice) {
  const form = notice.closest("form");
  const status = notice.querySelector("[role=status]");
  const progress = notice.querySelector("progress");
  const asked = JSON.parse(notice.dataset.challenge);
  const tell = (part) => (progress.value = part);
  let isWorking = true;
  // Before any other listener: whoever presses meanwhile need not wait longer for it.
  form.addEventListener("submit", (event) => {
    if (!isWorking) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  status.textContent = notice.dataset.working;
  progress.hidden = false;
  let number = null;
  try {
    number = await solveApart(asked, tell).catch(() => solve(asked, tell));
  } catch {
    // No Web Crypto here, as on a page without TLS: then the way without script is open.
  }
  isWorking = false;
  progress.hidden = true;
  if (number === null) {
    status.textContent = notice.dataset.failed;
    return;
  }
  status.textContent = notice.dataset.done;
  const { algorithm, challenge, salt, signature } = asked;
  const answer = document.createElement("input");
  answer.type = "hidden";
  answer.name = "altcha";
  answer.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  form.append(answer);
  form.requestSubmit();
}

if (isPage) {
  const notice = document.querySelector("[data-challenge]");
  if (notice) prove(notice);
} else {
  onmessage = async ({ data }) => {
    const number = await solve(data, (part) => postMessage({ part })).catch(() => null);
    postMessage({ number });
  };
}
