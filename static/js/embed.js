// <open-letter slug="…">: the count of an open letter, on any page. No cookie, no storage, no third party.
// Attributes: slug; pledge = a pledge's key, to show that instead of the signatures; lang; theme = auto | light | dark; show = any of "title to count goal sign" (all by default).
(() => {
  const base = new URL(document.currentScript.src).origin;
  const EVERY = 15000;
  const AWAY = { en: "This letter can't be shown just now.", es: "Esta carta no se puede mostrar ahora." };
  const style = `
    :host { display: block; max-width: 28rem; color-scheme: light dark; --ink: light-dark(#191613, #efe9de); --soft: light-dark(#5d564c, #b3aa9b);
      --paper: light-dark(#fff, #1f1d1a); --line: light-dark(#dcd4c5, #3b372f); --accent: light-dark(#8f1d14, #f19a8b); --on: light-dark(#fff, #1b1310) }
    :host([theme=light]) { color-scheme: light } :host([theme=dark]) { color-scheme: dark } :host([hidden]) { display: none }
    div { box-sizing: border-box; min-height: 9.5rem; padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-top: 4px solid var(--accent);
      background: var(--paper); color: var(--ink); font: 1rem/1.4 system-ui, sans-serif; overflow-wrap: anywhere }
    p { margin: 0 0 .5rem } [dir=rtl] p { unicode-bidi: plaintext; text-align: right } .title { font: 600 1.25rem/1.2 Georgia, serif } .to, .goal, .quiet { color: var(--soft); font-size: .875rem }
    .count b { font: 600 2rem/1 Georgia, serif } progress { appearance: none; display: block; width: 100%; height: 5px; border: 0; margin: 0 0 .4rem; background: var(--line) }
    progress::-webkit-progress-bar { background: var(--line) } progress::-webkit-progress-value { background: var(--accent) } progress::-moz-progress-bar { background: var(--accent) }
    a { color: var(--accent) } a.sign { display: inline-block; padding: .55rem 1.4rem; border-radius: 3px; background: var(--accent); color: var(--on); font-weight: 600; text-decoration: none }
    a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }`;
  let sheet;

  class OpenLetter extends HTMLElement {
    static observedAttributes = ["slug", "lang", "show", "pledge"];
    #root = this.attachShadow({ mode: "open" });
    #box = document.createElement("div");
    #face = null;
    #timer = 0;
    #seen = false;
    #watch = new IntersectionObserver(([entry]) => {
      this.#seen = entry.isIntersecting;
      if (this.#seen) this.#refresh();
    });
    #wake = () => document.hidden || this.#refresh();

    connectedCallback() {
      if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(style);
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.replaceChildren(this.#box);
      this.#watch.observe(this);
      document.addEventListener("visibilitychange", this.#wake);
    }

    disconnectedCallback() {
      this.#watch.disconnect();
      clearTimeout(this.#timer);
      document.removeEventListener("visibilitychange", this.#wake);
    }

    attributeChangedCallback(name, before) {
      if (before === null || !this.isConnected) return;
      if (name !== "show") this.#face = null;
      this.#refresh();
    }

    #address() {
      const asked = new URLSearchParams();
      for (const name of ["lang", "pledge"]) if (this.getAttribute(name)) asked.set(name, this.getAttribute(name));
      return `${base}/embed/${encodeURIComponent(this.getAttribute("slug") ?? "")}.json?${asked}`.replace(/\?$/, "");
    }

    async #refresh() {
      clearTimeout(this.#timer);
      if (!this.isConnected || !this.#seen || document.hidden) return;
      const address = this.#address();
      try {
        // The browser's own cache sends the ETag and takes the 304.
        const answer = await fetch(address, { credentials: "omit", cache: "no-cache", referrerPolicy: "origin" });
        if (!answer.ok && answer.status !== 404) throw answer;
        const face = { ...(await answer.json()), at: new Date() };
        if (address !== this.#address()) return; // by now it stands for another letter, which is being asked for
        this.#face = face;
      } catch {
        if (this.#face) this.#face.away = true;
      }
      this.#draw();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#refresh(), EVERY * (0.8 + Math.random() * 0.4));
    }

    #draw() {
      const face = this.#face;
      const show = (this.getAttribute("show") ?? "title to count goal sign").split(/\s+/);
      const parts = [];
      const add = (part, tag, kind, text) => {
        if (!text || !show.includes(part)) return null;
        const made = document.createElement(tag);
        made.className = kind;
        made.textContent = text;
        parts.push(made);
        return made;
      };
      if (!face || !face.url) {
        // Nothing to show, or nothing yet: what stands inside the element, or one quiet line.
        const own = !face && (this.children.length || this.textContent.trim());
        const line = document.createElement(own ? "slot" : "p");
        line.className = "quiet";
        line.textContent = own ? "" : (face?.quiet ?? AWAY[(this.lang || document.documentElement.lang).slice(0, 2)] ?? AWAY.en);
        parts.push(line);
      } else {
        this.#box.lang = face.lang;
        this.#box.dir = face.dir;
        add("title", "p", "title", face.title);
        add("to", "p", "to", face.to);
        const count = add("count", "p", "count", ` ${face.what}`);
        if (count) {
          const number = document.createElement("b");
          number.textContent = face.count;
          count.prepend(number);
        }
        if (face.goal && show.includes("goal")) {
          const progress = document.createElement("progress");
          Object.assign(progress, { max: face.goal.of, value: face.goal.at, ariaLabel: face.goal.text });
          parts.push(progress);
          add("goal", "p", "goal", face.goal.text);
        }
        if (face.away) add("count", "p", "quiet", face.as_of.replace("{}", face.at.toLocaleString(face.lang, { dateStyle: "medium", timeStyle: "short" })));
        add("count", "p", "quiet", face.ended);
        const sign = add("sign", "a", face.closed ? "read" : "sign", face.sign);
        if (sign) Object.assign(sign, { href: face.url, target: "_blank", rel: "noopener" });
      }
      this.#box.replaceChildren(...parts);
    }
  }

  if (!customElements.get("open-letter")) customElements.define("open-letter", OpenLetter);
})();
