/** @file Explain a cell: its meaning, its formula, and the same with symbols and with numbers. */
import { addressOf, entryAt, inWords, isInput, placeOf, say, symbolOf } from "./cells.js";
import { make } from "./svg.js";

/**
 * @typedef {import("./cells.js").Place} Place
 * @typedef {import("./cells.js").Sent} Sent
 * @typedef {{page: number, top: number, left: number, bottom: number, right: number, values: Sent[]}} Reference
 * @typedef {{value: Sent, text: string, formula: string, pieces: (string | Reference)[], list?: Sent[]}} Cell
 */

const SIGNS = /** @type {Record<string, string>} */ ({
  "*": " × ",
  "-": " − ",
  "+": " + ",
  "/": " / ",
  ",": ", ",
});
const MOST_ITEMS = 12;

/** @type {(page: number, row: number, column: number) => string} */
function symbolAt(page, row, column) {
  const found = entryAt({ page, row, column });
  return found ? symbolOf(found.quantity, found.index) : "?";
}

/** @type {(value: Sent) => string} */
function bracketed(value) {
  const said = inWords(typeof value === "number" ? Number(value.toPrecision(4)) : value);
  return /^−| /.test(said) ? `(${said})` : said; // 10⁻¹² too, of which the power is another
}

/**
 * The items of a reference, as symbols or as numbers; null if there are too many to write.
 * @type {(reference: Reference, how: "symbols" | "numbers") => string[] | null}
 */
function items({ page, top, left, bottom, right, values }, how) {
  const width = right - left + 1;
  if (width * (bottom - top + 1) > MOST_ITEMS) return null;
  return values.map((value, n) =>
    how === "numbers"
      ? bracketed(value)
      : symbolAt(page, top + Math.floor(n / width), left + (n % width)),
  );
}

/** @type {(reference: Reference, how: "symbols" | "numbers") => string} */
function whole(reference, how) {
  const listed = items(reference, how);
  if (listed?.length === 1) return listed[0];
  if (how === "numbers") return `{${reference.values.slice(0, 4).map(bracketed).join(", ")}, …}`;
  return `${symbolAt(reference.page, reference.top, reference.left)} … ${symbolAt(reference.page, reference.bottom, reference.right)}`;
}

/**
 * Write a formula with symbols or numbers instead of addresses; sums of products become sums.
 * @type {(pieces: (string | Reference)[], how: "symbols" | "numbers") => string}
 */
export function aloud(pieces, how) {
  let text = "";
  for (let n = 0; n < pieces.length; n++) {
    const piece = pieces[n],
      [open, first, comma, second, close] = pieces.slice(n + 1, n + 6);
    const isSum = piece === "SUM" && open === "(" && comma === ")",
      isProduct = piece === "SUMPRODUCT" && comma === "," && close === ")";
    if (isSum || isProduct) {
      const [a, b] = [first, second].map((each) =>
        typeof each === "object" ? items(each, how) : null,
      );
      if (a && (isSum || b)) {
        text += `(${a.map((each, k) => (b && isProduct ? `${each} × ${b[k]}` : each)).join(" + ")})`;
        n += isSum ? 3 : 5;
        continue;
      }
    }
    if (typeof piece === "object")
      text +=
        text.endsWith("(") && open === ")"
          ? whole(piece, how).replace(/^\((.*)\)$/, "$1")
          : whole(piece, how);
    else
      text += piece === "-" && /(^|[(,×−+/^=<>&])\s*$/.test(text) ? "−" : (SIGNS[piece] ?? piece);
  }
  return text
    .replace(/\$/g, "")
    .replace(/^\(([^()]*)\)$/, "$1")
    .trim();
}

/** The panel that explains the chosen cell, and in which inputs are changed. */
export class Inspector {
  /**
   * @param {{ask: (type: string, question: object) => Promise<any>, edit: (place: Place, text: string) => Promise<boolean>,
   *   reveal: (place: Place) => void}} page
   */
  constructor(page) {
    this.page = page;
    /** @type {HTMLElement} */
    this.element = make(
      "section.inspector",
      { "aria-label": say("explanation"), "aria-live": "polite" },
      make("p.hint", say("click")),
    );
    /** @type {Place | null} */
    this.place = null;
  }

  /** @param {Place} place */
  async show(place) {
    this.place = place;
    /** @type {Cell} */
    const cell = await this.page.ask("cell", place);
    if (this.place !== place) return;
    const { quantity, index } = entryAt(place) ?? { quantity: null, index: [] },
      symbol = quantity ? symbolOf(quantity, index) : "",
      { title = "", equation = "", book = "", blank: isBlank = false } = quantity ?? {},
      named = quantity ? [title !== symbol && title, placeOf(quantity, index)].filter(Boolean) : [];
    const heading = make(
      "p.cell",
      make(
        "button.address",
        { title: say("reveal"), onclick: () => this.page.reveal(place) },
        addressOf(place),
      ),
      make("strong", symbol),
      make("span", named.join(" · ")),
    );
    const rows = make("dl");
    const row = (/** @type {string} */ key, /** @type {string | Node} */ value, name = "") =>
      value && rows.append(make("dt", say(key)), make("dd", { className: name }, value));
    const where = /^\d/.test(book) ? `   (${say("book", { place: book })})` : "";
    if (!isBlank) row("equation", equation && equation + where);
    row("formula", cell.formula, "code");
    if (cell.formula && !isBlank) {
      row("symbols", aloud(cell.pieces, "symbols"));
      row("numbers", aloud(cell.pieces, "numbers"));
      const sources = cell.pieces
        .filter((piece) => typeof piece === "object")
        .map((each) => this.source(each));
      if (sources.length) row("computed_from", make("span.sources", ...sources));
    }
    const canType = quantity && !cell.formula && isInput(quantity, index),
      value = cell.value === null ? "" : inWords(cell.value);
    row("value", canType ? this.input(place, cell) : value);
    if (canType) row("role", say("input"));
    const hadFocus = this.element.contains(document.activeElement);
    const sentence = quantity?.meaning ? [make("p.meaning", quantity.meaning)] : [];
    this.element.replaceChildren(heading, ...sentence, rows);
    if (hadFocus) this.element.querySelector("input")?.focus();
  }

  /** @type {(reference: Reference) => HTMLElement} a button that shows its first cell */
  source({ page, top, left, bottom, right }) {
    const from = { page, row: top, column: left },
      symbols = [symbolAt(page, top, left), symbolAt(page, bottom, right)].filter((s) => s !== "?"),
      name = [...new Set(symbols)].join(" … ") || addressOf(from);
    return make("button", { title: addressOf(from), onclick: () => this.show(from) }, name);
  }

  /** @type {(place: Place, cell: Cell) => HTMLElement} */
  input(place, cell) {
    const input = make("input.yellow", {
      value: cell.text,
      "aria-label": `${say("value")} ${addressOf(place)}`,
      size: 14,
    });
    input.onchange = () => this.page.edit(place, input.value);
    return input;
  }

  /** Show the same cell with its present numbers. */
  async refresh() {
    if (this.place) await this.show({ ...this.place });
  }
}
