/** @file Show values by the number formats of a workbook. */
import { asText, CellError } from "./formula.js";

/** @typedef {import("./formula.js").Value} Value */

/** Excel's formats that a file names by number. */
export const BUILT_IN = {
  0: "General",
  1: "0",
  2: "0.00",
  3: "#,##0",
  4: "#,##0.00",
  9: "0%",
  10: "0.00%",
  11: "0.00E+00",
  49: "@",
};

const PIECE =
  /"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|(General)|([0#?][0#?,]*(?:\.[0#?]*)?(?:E([+-])(0+))?|\.[0#?]+)|(@)|([\s\S])/gi;

/**
 * Return a number as Excel shows it without a format.
 * @param {number} value
 */
function general(value) {
  const size = Math.abs(value);
  if (size && (size >= 1e11 || size < 1e-9)) {
    const [digits, power] = value.toExponential(5).split("e");
    return `${Number(digits)}E${power.replace(/^([+-])(\d)$/, "$10$2")}`;
  }
  return String(Number(value.toPrecision(size < 1 ? 9 : 10)));
}

/**
 * @param {number} size at least 0
 * @param {string} digits the zeros and # of a format
 * @param {string | undefined} sign of an exponent
 * @param {string | undefined} zeros of an exponent
 */
function digitsOf(size, digits, sign, zeros) {
  const [whole, part = ""] = digits.replace(/E.*/i, "").split(".");
  const least = part.replace(/[^0]/g, "").length;
  if (sign) {
    const [mantissa, power] = size.toExponential(part.length).split("e");
    const up = Math.abs(Number(power))
      .toString()
      .padStart(zeros?.length ?? 1, "0");
    return `${mantissa}E${Number(power) < 0 ? "-" : sign === "+" ? "+" : ""}${up}`;
  }
  let [left, right = ""] = fixed(size, part.length).split(".");
  while (right.length > least && right.endsWith("0")) right = right.slice(0, -1);
  const wanted = whole.replace(/[^0]/g, "").length;
  left = left === "0" && !wanted ? "" : left.padStart(wanted, "0");
  if (whole.includes(",")) left = left.replace(/\B(?=(\d{3})+$)/g, ",");
  return right
    ? `${left}.${right}`
    : part.length && !least && digits.includes(".")
      ? `${left}.`
      : left;
}

/**
 * Round half away from zero, as spreadsheets do.
 * @param {number} size
 * @param {number} places
 */
function fixed(size, places) {
  const [digits, power] = String(size).split("e");
  const whole = Math.round(Number(`${digits}e${Number(power ?? 0) + places}`));
  return Number.isFinite(whole) && whole < 1e21
    ? Number(`${whole}e-${places}`).toFixed(places)
    : size.toFixed(places);
}

/**
 * Return a value as a cell with a number format shows it.
 * @param {Value} value
 * @param {string} format
 * @returns {string}
 */
export function formatted(value, format) {
  if (value === null) return "";
  if (value instanceof CellError) return value.code;
  const sections = format.match(/(?:"[^"]*"|\\.|[^;])+|(?<=^|;)(?=;|$)/g) ?? [""];
  if (typeof value !== "number") {
    const text = asText(value);
    if (typeof value === "boolean") return text;
    if (sections.length > 3) return filled(sections[3], 0, text);
    return /^;;;$/.test(format) ? "" : text;
  }
  if (/^general$/i.test(format)) return general(value);
  const which =
    value > 0 || sections.length === 1 ? 0 : value < 0 ? 1 : sections.length > 2 ? 2 : 0;
  const section = sections[which] ?? "";
  const text = filled(section, Math.abs(value), "");
  return value < 0 && sections.length === 1 && /[1-9]/.test(text) ? `-${text}` : text;
}

/**
 * @param {string} section of a format
 * @param {number} size
 * @param {string} text
 */
function filled(section, size, text) {
  const percent = section.replace(/"[^"]*"/g, "").split("%").length - 1;
  const scaled = size * 100 ** percent;
  return section.replace(PIECE, (all, quoted, escaped, gen, digits, sign, zeros, at, other) => {
    if (gen) return general(scaled);
    if (digits) return digitsOf(scaled, digits, sign, zeros);
    if (at) return text;
    return quoted ?? escaped ?? other ?? (all.startsWith("_") ? " " : "");
  });
}
