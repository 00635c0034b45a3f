/** @file How cells look and what may be typed: conditional formats, and lists of choices. */
import { CellError } from "./formula.js";

/**
 * @typedef {import("./book.js").Style} Style
 * @typedef {import("./book.js").Rule} Rule
 * @typedef {import("./formula.js").Value} Value
 * @typedef {import("./model.js").Model} Model
 */

/** @type {(ranges: number[][], row: number, column: number) => boolean} */
export const within = (ranges, row, column) =>
  ranges.some(
    ([top, left, bottom, right]) =>
      row >= top && row <= bottom && column >= left && column <= right,
  );

/**
 * Compute a formula of a rule for one of its cells; it is written for the first.
 * @type {(model: Model, page: number, text: string, ranges: number[][], row: number, column: number) => Value}
 */
function ruled(model, page, text, ranges, row, column) {
  const top = Math.min(...ranges.map((range) => range[0])),
    left = Math.min(...ranges.map((range) => range[1]));
  try {
    return model.compiled(page, text, top, left).value(row, column);
  } catch (error) {
    if (error instanceof CellError || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @type {(low: string, high: string, share: number) => string} */
function mixed(low, high, share) {
  const parts = [1, 3, 5].map((at) => {
    const [a, b] = [low, high].map((color) => parseInt(color.slice(at, at + 2), 16));
    return Math.round(a + (b - a) * share)
      .toString(16)
      .padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

/** @type {(model: Model, page: number, rule: Rule, value: number) => string} */
function scaled(model, page, { ranges, points, colors }, value) {
  const ends = points.map(([type, text]) => {
    const stated = Number(text);
    if (type === "num") return stated;
    if (type === "formula")
      return Number(ruled(model, page, text, ranges, ranges[0][0], ranges[0][1]));
    let [least, most] = [Infinity, -Infinity];
    for (const [top, left, bottom, right] of ranges)
      for (let r = top; r <= bottom; r++)
        for (let c = left; c <= right; c++) {
          const each = model.at(page, r, c);
          if (typeof each === "number")
            [least, most] = [Math.min(least, each), Math.max(most, each)];
        }
    return type === "min" ? least : type === "max" ? most : least + ((most - least) * stated) / 100;
  });
  let n = 0;
  while (n < ends.length - 2 && value > ends[n + 1]) n++;
  const share = ends[n + 1] === ends[n] ? 0 : (value - ends[n]) / (ends[n + 1] - ends[n]);
  return mixed(colors[n], colors[n + 1], Math.max(0, Math.min(1, share)));
}

/**
 * Return how a cell looks now.
 * @param {Model} model
 * @param {number} page
 * @param {Rule[]} rules those that may hold, the first the strongest
 * @param {Style} style
 * @param {number} row
 * @param {number} column
 * @returns {Style}
 */
export function looking(model, page, rules, style, row, column) {
  /** @type {Style} */
  let special = {};
  for (const rule of rules) {
    if (!within(rule.ranges, row, column)) continue;
    if (rule.type === "colorScale") {
      const value = model.at(page, row, column);
      if (typeof value === "number")
        special = merged({ css: { backgroundColor: scaled(model, page, rule, value) } }, special);
    } else if (rule.type === "expression") {
      const holds = ruled(model, page, rule.formulas[0], rule.ranges, row, column);
      if (holds === true || (typeof holds === "number" && holds !== 0))
        special = merged(rule.style, special);
    }
  }
  return merged(style, special);
}

/** @type {(style: Style, stronger: Style) => Style} */
const merged = (style, stronger) => ({
  ...style,
  ...stronger,
  css: { ...style.css, ...stronger.css },
});

/**
 * What may be typed into a cell: the values of its list, and the sentence that refuses others.
 * @param {Model} model
 * @param {number} page
 * @param {number} row
 * @param {number} column
 */
export function choiceAt(model, page, row, column) {
  const choice = model.book.pages[page].choices.find((each) => within(each.ranges, row, column));
  if (!choice) return { list: null, error: "", allows: () => true };
  const bounds = choice.formulas.map((text) =>
    ruled(model, page, text, choice.ranges, row, column),
  );
  /** @type {Value[] | null} */
  let list = null;
  if (choice.type === "list") {
    const [text] = choice.formulas;
    if (text.startsWith('"'))
      list = text
        .slice(1, -1)
        .split(",")
        .map((each) => (each.trim() !== "" && Number.isFinite(Number(each)) ? Number(each) : each));
    else list = model.listed(page, text, row, column);
  }
  const isNumber = choice.type === "decimal" || choice.type === "whole";
  /** @type {(value: Value) => boolean} */
  const allows = (value) => {
    if (!choice.error) return true;
    if (list) return list.includes(value);
    if (!isNumber) return true;
    if (typeof value !== "number" || (choice.type === "whole" && !Number.isInteger(value)))
      return false;
    const [low, high] = bounds.map(Number);
    if (choice.operator === "between") return value >= low && value <= high;
    if (choice.operator === "greaterThan") return value > low;
    if (choice.operator === "greaterThanOrEqual") return value >= low;
    return choice.operator === "lessThan"
      ? value < low
      : choice.operator !== "lessThanOrEqual" || value <= low;
  };
  return { list, error: choice.error, allows };
}
