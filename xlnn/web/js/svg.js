/** @file Make elements, and drawings of which each part answers a click and the keyboard. */

/**
 * @typedef {import("./cells.js").Place} Place
 * @typedef {{place: Place, label: string}} Entry a cell and what it says
 */

/**
 * Make an element of HTML.
 * @param {string} what its tag, and after dots its classes, such as "p.hint"
 * @param {...any} parts properties, as an object, and children; what is false or empty is left out
 * @returns {any}
 */
export function make(what, ...parts) {
  const [tag, ...classes] = what.split("."),
    made = document.createElement(tag);
  made.classList.add(...classes);
  if (made instanceof HTMLButtonElement) made.type = "button";
  for (const part of parts)
    if (typeof part === "string" || part instanceof Node) made.append(part);
    else
      for (const [name, value] of Object.entries(part || {}))
        if (name.includes("-") || name === "role" || name === "list")
          made.setAttribute(name, value);
        else /** @type {any} */ (made)[name] = value;
  return made;
}

/** A drawing; arrow keys move along its parts, which show their cells. */
export class Drawing {
  /**
   * @param {string} label for those who cannot see it
   * @param {number} width
   * @param {number} height
   * @param {(place: Place) => void} show
   */
  constructor(label, width, height, show) {
    this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("role", "group");
    this.svg.setAttribute("aria-label", label);
    this.show = show;
    /** @type {SVGElement[]} */
    this.parts = [];
    this.current = 0;
    this.svg.addEventListener("keydown", (event) => this.move(event));
  }

  /** Begin anew; the part that has the focus keeps it by its number. */
  clear() {
    this.hadFocus = this.svg.contains(document.activeElement);
    this.svg.replaceChildren();
    this.parts = [];
  }

  /** End a drawing that `clear` began. */
  done() {
    this.current = Math.max(0, Math.min(this.current, this.parts.length - 1));
    this.parts[this.current]?.setAttribute("tabindex", "0");
    this.quiet = true;
    if (this.hadFocus) this.parts[this.current]?.focus();
    this.quiet = false;
  }

  /**
   * @param {string} tag
   * @param {Record<string, string | number>} attributes
   * @param {string} [text]
   */
  add(tag, attributes, text) {
    const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, String(value));
    if (text !== undefined) part.textContent = text;
    this.svg.append(part);
    return part;
  }

  /** @type {(x: number, y: number, look: string, text: string) => void} */
  text(x, y, look, text) {
    this.add("text", { x, y, class: look }, text);
  }

  /** @type {(x: number, y: number, side: number, fill: string, look: string, entry: Entry) => void} around its middle */
  square(x, y, side, fill, look, entry) {
    const corner = { x: x - side / 2, y: y - side / 2, width: side, height: side };
    this.part("rect", { ...corner, fill, class: look }, entry);
  }

  /** @type {(cx: number, cy: number, r: number, fill: string, look: string, entry: Entry) => void} */
  circle(cx, cy, r, fill, look, entry) {
    this.part("circle", { cx, cy, r, fill, class: look }, entry);
  }

  /**
   * Add a part that shows a cell.
   * @param {string} tag
   * @param {Record<string, string | number>} attributes
   * @param {Entry} entry
   */
  part(tag, attributes, { place, label }) {
    const part = this.add(tag, {
      ...attributes,
      tabindex: -1,
      role: "button",
      "aria-label": label,
    });
    part.classList.add("part");
    const number = this.parts.push(part) - 1;
    part.addEventListener("focus", () => {
      this.parts[this.current]?.setAttribute("tabindex", "-1");
      this.current = number;
      part.setAttribute("tabindex", "0");
      if (!this.quiet) this.show(place);
    });
    part.addEventListener("click", () => {
      if (document.activeElement === part) this.show(place);
      else part.focus();
    });
    part.append(this.add("title", {}, label));
  }

  /** @param {KeyboardEvent} event */
  move(event) {
    const step = {
      ArrowRight: 1,
      ArrowDown: 1,
      ArrowLeft: -1,
      ArrowUp: -1,
      Home: -Infinity,
      End: Infinity,
    }[event.key];
    if (event.key === "Enter" || event.key === " ")
      this.parts[this.current]?.dispatchEvent(new Event("click"));
    else if (step === undefined) return;
    event.preventDefault();
    if (step === undefined) return;
    const next = Math.max(0, Math.min(this.parts.length - 1, this.current + step));
    this.parts[next]?.focus();
  }
}

/** @type {(value: number) => string} the colour of a number from −1 to 1: blue, white, orange */
export function colour(value) {
  const share = Math.max(-1, Math.min(1, value || 0));
  const end = share < 0 ? [59, 120, 184] : [217, 121, 59];
  return `rgb(${end.map((part) => Math.round(255 + (part - 255) * Math.abs(share))).join(",")})`;
}

/** @type {(value: number) => string} the colour of a pixel from 0 to 1: white to black */
export function grey(value) {
  const shade = Math.round(255 - 224 * Math.max(0, Math.min(1, value || 0)));
  return `rgb(${shade},${shade + 4},${shade + 8})`;
}
