/** @file What the page knows about the workbook's quantities, and which cell is which entry. */
import { columnLetters } from "./formula.js";

/**
 * @typedef {{page: number, row: number, column: number}} Place a cell
 * @typedef {{name: string, layer: string, sheet: string, row: number, column: number,
 *   steps: [number, number][], lengths: number[], axes: [string, number][], units: string[],
 *   typed: number, blank: boolean, run: number, chooses: string, first: number, meaning: string,
 *   equation: string, book: string, title: string}} Quantity
 * @typedef {import("./reference.js").Network & {parts: Record<string, [string, number, number]>,
 *   runs: string[]}} Checked
 * @typedef {{lang: string, template: string, file: string, title: string, about: string[], quantities: Quantity[],
 *   network: Checked | null, course: string, labels: string[], picture: number[], features: string[],
 *   words: Record<string, string>}} Facts
 * @typedef {number | string | boolean | null} Sent a value of a cell
 */

/** @type {Facts} */
export const facts = JSON.parse(document.getElementById("facts")?.textContent ?? "{}");

/** @type {Map<string, Quantity>} */
export const quantities = new Map(facts.quantities.map((each) => [each.name, each]));

/** @type {string[]} the titles of all sheets, once the workbook is open */
export const titles = [];

/**
 * A text in the language of the page, with its blanks filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export const say = (key, values = {}) =>
  (facts.words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));

/**
 * @param {Quantity} quantity
 * @param {number[]} index
 * @returns {Place}
 */
export function cellOf(quantity, index) {
  let { row, column } = quantity;
  index.forEach((at, n) => {
    row += at * quantity.steps[n][0];
    column += at * quantity.steps[n][1];
  });
  return { page: titles.indexOf(quantity.sheet), row, column };
}

/** @param {Quantity} quantity as the worker reads it */
export const blockOf = (quantity) => ({
  ...cellOf(quantity, []),
  steps: quantity.steps,
  lengths: quantity.lengths,
});

/**
 * @param {Place} place
 * @returns {{quantity: Quantity, index: number[]} | null} the entry in a cell
 */
export function entryAt({ page, row, column }) {
  for (const quantity of facts.quantities) {
    if (quantity.sheet !== titles[page]) continue;
    const left = [row - quantity.row, column - quantity.column],
      index = quantity.lengths.map(() => 0);
    if (left[0] < 0 || left[1] < 0) continue;
    // the widest step first; a dimension of length 1 may have step 0
    const order = index
      .map((_, n) => n)
      .sort(
        (a, b) =>
          quantity.steps[b][0] + quantity.steps[b][1] - quantity.steps[a][0] - quantity.steps[a][1],
      );
    for (const n of order)
      quantity.steps[n].forEach((step, along) => {
        if (!step) return;
        index[n] = Math.min(Math.floor(Math.max(0, left[along]) / step), quantity.lengths[n] - 1);
        left[along] -= index[n] * step;
      });
    if (!left[0] && !left[1]) return { quantity, index };
  }
  return null;
}

/** @type {(quantity: Quantity, index: number[]) => string} the book's notation of an entry */
export function symbolOf({ units, lengths, axes, name }, index) {
  const own = lengths.slice(axes.length);
  const at = index.slice(axes.length).reduce((sum, each, n) => sum * own[n] + each, 0);
  return units[units.length > 1 ? at : 0] || name;
}

/** @type {(quantity: Quantity, index: number[]) => boolean} whether an entry is an input */
export const isInput = ({ typed }, index) => typed < 0 || (index[0] ?? 0) < typed;

/** @type {(quantity: Quantity, index: number[]) => string} layer, unit, epoch and so on, in words */
export function placeOf(quantity, index) {
  const unit = index
    .slice(quantity.axes.length)
    .map((each) => each + 1)
    .join(",");
  return [
    quantity.layer && say("layer", { name: quantity.layer }),
    unit && say("unit", { number: unit }),
    ...quantity.axes.map(([axis, from], n) => say("place", { axis, number: index[n] + from })),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {string} title as a formula has it */
const quoted = (title) =>
  /^[\p{L}_][\p{L}\d_.]*$/u.test(title) && !/^[A-Z]{1,3}\d+$/i.test(title)
    ? title
    : `'${title.replaceAll("'", "''")}'`;

/** @param {Place} place */
export const addressOf = ({ page, row, column }) =>
  `${quoted(titles[page])}!${columnLetters(column)}${row}`;

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @type {(value: Sent) => string} a value as in a sentence: six digits, and a true minus sign */
export function inWords(value) {
  if (value === null) return "–";
  if (typeof value === "boolean") return String(value).toUpperCase();
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return "–";
  const [digits, power] = String(Number(value.toPrecision(6))).split("e");
  const scale = power
    ? ` × 10${power
        .replace("+", "")
        .replace("-", "⁻")
        .replace(/\d/g, (d) => RAISED[Number(d)])}`
    : "";
  return digits.replace("-", "−") + scale;
}
