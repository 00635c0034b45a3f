/** @file Compile formulas into functions that compute a cell from the cells of a book. */
import { FUNCTIONS } from "./functions.js";

/** @typedef {null | number | string | boolean | CellError} Value what a cell holds */

/** An error value, such as #DIV/0!; thrown while a formula is computed, kept in its cell. */
export class CellError {
  /** @param {string} code */
  constructor(code) {
    this.code = code;
  }
}

/**
 * A rectangle of values: cells of a sheet, or computed ones.
 * @typedef {{cells: Value[], start: number, stride: number, rows: number, columns: number,
 *   row?: number, column?: number}} Area
 */

/**
 * A part of a formula. `value` is one value; `area` its cells, if it refers to any; `array` all of
 * its values. The arguments are the row and the column of the formula's cell, from 1.
 * @typedef {{value: (r: number, c: number) => Value, array: (r: number, c: number) => Area,
 *   area?: (r: number, c: number) => Area}} Part
 */

/**
 * A reference of a formula: a sheet, and rows and columns, which move with the formula's cell
 * unless they are fixed.
 * @typedef {{sheet: number, rows: [number, boolean][], columns: [number, boolean][]}} Reference
 */

/** @typedef {Pick<Part, "value" | "array"> & {references: Reference[]}} Compiled */

/**
 * @typedef {{title: string, start: number, rows: number, columns: number}} Sheet
 * @typedef {{cells: Value[], sheets: Sheet[], names: Map<string, string>}} Book
 */

const TOKEN =
  /\s*(?:("(?:[^"]|"")*")|('(?:[^']|'')+'!|[\p{L}_][\p{L}\d_.]*!)|(#[A-Z/0!?]+)|(\$?[A-Z]{1,3}\$?\d+)(?![\w(.])|(\d+\.?\d*(?:E[+-]?\d+)?|\.\d+(?:E[+-]?\d+)?)|(<=|>=|<>|[-+*/^&=<>%(),:;{}])|([\p{L}_\\][\p{L}\d_.]*))/iuy;
const KINDS = ["", "text", "sheet", "error", "cell", "number", "sign", "word"];
const BINARY = ["= <> < > <= >=", "&", "+ -", "* /", "^"].map((signs) => signs.split(" "));

/** @typedef {{kind: string, text: string, from: number, to: number}} Token */

/**
 * @param {string} formula without its equals sign
 * @returns {Token[]}
 */
export function tokens(formula) {
  const found = [];
  TOKEN.lastIndex = 0;
  const text = formula.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError(`"${text.slice(from, from + 20)}"`);
    const kind = match.findIndex((group, n) => n > 0 && group !== undefined);
    const word = match[kind];
    found.push({
      kind: KINDS[kind],
      text: word,
      from: TOKEN.lastIndex - word.length,
      to: TOKEN.lastIndex,
    });
  }
  return found;
}

/**
 * @param {string} letters
 * @returns {number} a column, from 1
 */
export const columnNumber = (letters) =>
  [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);

/**
 * @param {number} column from 1
 * @returns {string}
 */
export function columnLetters(column) {
  let letters = "";
  for (let n = column; n > 0; n = Math.floor((n - 1) / 26))
    letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters;
  return letters;
}

const CELL = /(\$?)([A-Z]{1,3})(\$?)(\d+)/i;
const MOVING = /"(?:[^"]|"")*"|'(?:[^']|'')*'|(?<![\w.$])(\$?)([A-Z]{1,3})(\$?)(\d+)(?![\w(.!])/gi;

/**
 * Write each reference of a formula anew, from its two dollar signs, its column and its row.
 * @type {(formula: string, write: (fixed: [string, string], column: number, row: number) => string) => string}
 */
const rewritten = (formula, write) =>
  formula.replace(MOVING, (all, across, letters, down, digits) =>
    letters === undefined ? all : write([across, down], columnNumber(letters), Number(digits)),
  );

/**
 * Return a formula with its references relative to its cell, equal for all cells of a filled column.
 * @type {(formula: string, row: number, column: number) => string}
 */
export const pattern = (formula, row, column) =>
  rewritten(
    formula,
    ([across, down], c, r) => `R${down ? r : `[${r - row}]`}C${across ? c : `[${c - column}]`}`,
  );

/**
 * Return a formula as it reads so many rows and columns further on.
 * @type {(formula: string, down: number, right: number) => string}
 */
export const shifted = (formula, down, right) =>
  rewritten(
    formula,
    ([across, fixed], c, r) =>
      `${across}${columnLetters(across ? c : c + right)}${fixed}${fixed ? r : r + down}`,
  );

/** @param {string} word the title of a sheet as a formula has it, with its ! */
const unquoted = (word) => word.slice(0, -1).replace(/^'|'$/g, "").replaceAll("''", "'");

/** @type {(code: string) => never} */
export const fail = (code) => {
  throw new CellError(code);
};

/** @type {(value: Value) => number} */
export function number(value) {
  if (typeof value === "number") return value;
  if (value === null) return 0;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof CellError) throw value;
  return value.trim() !== "" && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value.trim())
    ? Number(value)
    : fail("#VALUE!");
}

/** @type {(value: Value) => string} */
export function asText(value) {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (value instanceof CellError) throw value;
  const shown = String(Number(value.toPrecision(15)));
  if (!shown.includes("e")) return shown;
  const [digits, power] = shown.split("e");
  if (Number(power) < 0 && shown.length < 20 && Number(power) > -10)
    return value.toFixed(Math.min(20, -Number(power) + digits.replace(/[-.]/g, "").length - 1));
  return `${digits}E${Number(power) < 0 ? "-" : "+"}${power.replace(/[-+]/, "").padStart(2, "0")}`;
}

/** @type {(value: number) => number} */
export const finite = (value) => (Number.isFinite(value) ? value : fail("#NUM!"));

const RANK = { number: 0, string: 1, boolean: 2 };

/**
 * @param {Value} a
 * @param {Value} b
 * @returns {number} negative, 0 or positive
 */
export function compare(a, b) {
  if (a instanceof CellError) throw a;
  if (b instanceof CellError) throw b;
  if (a === null) a = typeof b === "string" ? "" : typeof b === "boolean" ? false : 0;
  if (b === null) b = typeof a === "string" ? "" : typeof a === "boolean" ? false : 0;
  const order = RANK[/** @type {"number"} */ (typeof a)] - RANK[/** @type {"number"} */ (typeof b)];
  if (order) return order;
  const [left, right] = typeof a === "string" ? [a.toLowerCase(), String(b).toLowerCase()] : [a, b];
  return left === right
    ? 0
    : Number(left) < Number(right) || left < /** @type {any} */ (right)
      ? -1
      : 1;
}

/** @type {Record<string, (a: Value, b: Value) => Value>} */
const OPERATORS = {
  "+": (a, b) => finite(number(a) + number(b)),
  "-": (a, b) => finite(number(a) - number(b)),
  "*": (a, b) => finite(number(a) * number(b)),
  "/": (a, b) => {
    const [over, under] = [number(a), number(b)];
    return under === 0 ? fail("#DIV/0!") : finite(over / under);
  },
  "^": (a, b) => {
    const [base, power] = [number(a), number(b)];
    if (base === 0 && power <= 0) return fail(power ? "#DIV/0!" : "#NUM!");
    return finite(base ** power);
  },
  "&": (a, b) => asText(a) + asText(b),
  "=": (a, b) => compare(a, b) === 0,
  "<>": (a, b) => compare(a, b) !== 0,
  "<": (a, b) => compare(a, b) < 0,
  ">": (a, b) => compare(a, b) > 0,
  "<=": (a, b) => compare(a, b) <= 0,
  ">=": (a, b) => compare(a, b) >= 0,
};

/** @type {(value: Value) => Area} */
export const single = (value) => ({ cells: [value], start: 0, stride: 1, rows: 1, columns: 1 });

/** @type {(compute: () => Value) => Value} an error as a value */
export function caught(compute) {
  try {
    return compute();
  } catch (error) {
    if (error instanceof CellError) return error;
    throw error;
  }
}

/** @type {(area: Area, r: number, c: number) => Value} its value there; one row or column is repeated */
export function spread({ cells, start, stride, rows, columns }, r, c) {
  const [row, column] = [rows === 1 ? 0 : r, columns === 1 ? 0 : c];
  return row < rows && column < columns ? cells[start + row * stride + column] : fail("#N/A");
}

/**
 * Apply a function of single values to all values of its arguments.
 * @param {(...values: any[]) => Value} apply
 * @param {Area[]} areas
 * @returns {Area}
 */
function broadcast(apply, areas) {
  const rows = Math.max(1, ...areas.map((area) => area.rows));
  const columns = Math.max(1, ...areas.map((area) => area.columns));
  /** @type {Value[]} */
  const cells = [];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      cells.push(caught(() => apply(...areas.map((area) => spread(area, r, c)))));
  return { cells, start: 0, stride: columns, rows, columns };
}

/** Parse and compile one formula. */
class Compiler {
  /**
   * @param {Book} book
   * @param {number} sheet the index of the sheet on which the formula stands
   * @param {string} formula
   * @param {number} row
   * @param {number} column
   * @param {boolean} isArray whether it is an array formula
   */
  constructor(book, sheet, formula, row, column, isArray) {
    this.isArray = isArray;
    this.book = book;
    this.sheet = sheet;
    this.row = row;
    this.column = column;
    this.tokens = tokens(formula);
    this.at = 0;
    /** @type {Reference[]} */
    this.references = [];
  }

  get next() {
    return this.tokens[this.at] ?? { kind: "end", text: "", from: 0, to: 0 };
  }

  /** @param {string} sign */
  takes(sign) {
    const found = this.next.kind === "sign" && this.next.text === sign;
    if (found) this.at++;
    return found;
  }

  /** @param {string} sign */
  expect(sign) {
    if (!this.takes(sign)) throw new SyntaxError(`"${sign}"`);
  }

  /** @returns {Part} */
  all() {
    const part = this.binary(0);
    if (this.at < this.tokens.length) throw new SyntaxError(`"${this.next.text}"`);
    return part;
  }

  /**
   * @param {number} level an index of BINARY
   * @returns {Part}
   */
  binary(level) {
    if (level === BINARY.length) return this.unary();
    let left = this.binary(level + 1);
    while (this.next.kind === "sign" && BINARY[level].includes(this.next.text)) {
      const sign = this.tokens[this.at++].text;
      left = this.lifted(OPERATORS[sign], [left, this.binary(level + 1)]);
    }
    return left;
  }

  /** @returns {Part} */
  unary() {
    if (this.takes("-")) return this.lifted((value) => -number(value), [this.unary()]);
    if (this.takes("+")) return this.unary();
    let part = this.range();
    while (this.takes("%")) part = this.lifted((value) => number(value) / 100, [part]);
    return part;
  }

  /**
   * A function of single values.
   * @param {(...values: Value[]) => Value} apply
   * @param {Part[]} parts
   * @returns {Part}
   */
  lifted(apply, parts) {
    const [a, b] = parts;
    const value =
      parts.length === 2
        ? (/** @type {number} */ r, /** @type {number} */ c) => apply(a.value(r, c), b.value(r, c))
        : (/** @type {number} */ r, /** @type {number} */ c) =>
            apply(...parts.map((each) => each.value(r, c)));
    return {
      value,
      array: (r, c) =>
        broadcast(
          apply,
          parts.map((part) => part.array(r, c)),
        ),
    };
  }

  /** @returns {Part} */
  range() {
    const first = this.primary();
    if (!this.takes(":")) return first;
    const last = this.primary();
    if (!first.area || !last.area) throw new SyntaxError('":"');
    const [begin, end] = [first.area, last.area];
    return this.referring((r, c) => {
      const [a, b] = [begin(r, c), end(r, c)];
      const rows = (b.start - a.start) / a.stride;
      const columns = Math.round(b.start - a.start - Math.floor(rows) * a.stride);
      return { ...a, rows: Math.floor(rows) + b.rows, columns: columns + b.columns };
    });
  }

  /**
   * A part that refers to cells; in place of one value it is the cell in the formula's own row or
   * column.
   * @param {(r: number, c: number) => Area} area
   * @returns {Part}
   */
  referring(area) {
    return {
      area,
      array: area,
      value: (r, c) => {
        const a = area(r, c);
        if (a.rows * a.columns === 1) return a.cells[a.start] ?? null;
        const row = r - (a.row ?? 1);
        if (a.columns === 1 && row >= 0 && row < a.rows) return a.cells[a.start + row * a.stride];
        const column = c - (a.column ?? 1);
        if (a.rows === 1 && column >= 0 && column < a.columns) return a.cells[a.start + column];
        return fail("#VALUE!");
      },
    };
  }

  /** @returns {Part} */
  primary() {
    const token = this.next;
    this.at++;
    if (token.kind === "number") return this.constant(Number(token.text));
    if (token.kind === "text") return this.constant(token.text.slice(1, -1).replaceAll('""', '"'));
    if (token.kind === "error") return this.constant(new CellError(token.text));
    if (token.kind === "cell") return this.cells(this.sheet, token.text);
    if (token.kind === "sheet") {
      const title = unquoted(token.text).toLowerCase();
      const sheet = this.book.sheets.findIndex((each) => each.title.toLowerCase() === title);
      if (sheet < 0 || this.next.kind !== "cell") return this.constant(new CellError("#REF!"));
      return this.cells(sheet, this.tokens[this.at++].text);
    }
    if (token.kind === "word")
      return this.takes("(") ? this.call(token.text) : this.word(token.text);
    if (token.kind === "sign" && token.text === "(") {
      const part = this.binary(0);
      this.expect(")");
      return part;
    }
    throw new SyntaxError(`"${token.text}"`);
  }

  /**
   * @param {Value} value
   * @returns {Part}
   */
  constant(value) {
    return {
      value: () => (value instanceof CellError ? fail(value.code) : value),
      array: () => single(value),
    };
  }

  /**
   * A word without brackets: a truth value or a name.
   * @param {string} word
   * @returns {Part}
   */
  word(word) {
    if (/^(TRUE|FALSE)$/i.test(word)) return this.constant(word.toUpperCase() === "TRUE");
    const stands = this.book.names.get(word.toLowerCase());
    if (stands === undefined) return this.constant(new CellError("#NAME?"));
    const inner = new Compiler(this.book, this.sheet, stands, this.row, this.column, this.isArray);
    inner.references = this.references;
    return inner.all();
  }

  /**
   * A cell or, with the colon and the cell that follow, a range.
   * @param {number} sheet
   * @param {string} first
   * @returns {Part}
   */
  cells(sheet, first) {
    const corners = [first];
    if (this.next.text === ":" && this.tokens[this.at + 1]?.kind === "cell") {
      corners.push(this.tokens[this.at + 1].text);
      this.at += 2;
    }
    /** @type {[number, boolean][]} */
    const rows = [];
    /** @type {[number, boolean][]} */
    const columns = [];
    for (const corner of corners) {
      const [, acrossFixed, letters, downFixed, digits] = /** @type {string[]} */ (
        CELL.exec(corner)
      );
      rows.push([Number(digits) - (downFixed ? 0 : this.row), !!downFixed]);
      columns.push([columnNumber(letters) - (acrossFixed ? 0 : this.column), !!acrossFixed]);
    }
    const reference = { sheet, rows, columns };
    this.references.push(reference);
    const { cells } = this.book,
      { start, columns: stride, rows: most } = this.book.sheets[sheet];
    /** @type {(r: number, c: number) => Area} */
    const area = (r, c) => {
      const [top, left, bottom, right] = corners_of(reference, r, c);
      const at = start + (top - 1) * stride + left - 1;
      const inside = {
        rows: Math.min(bottom, most) - top + 1,
        columns: Math.min(right, stride) - left + 1,
      };
      if (inside.rows < 1 || inside.columns < 1) return single(null);
      return { cells, start: at, stride, row: top, column: left, ...inside };
    };
    if (corners.length > 1) return this.referring(area);
    const [[down, rowFixed]] = rows,
      [[across, columnFixed]] = columns;
    const value = (/** @type {number} */ r, /** @type {number} */ c) => {
      const row = rowFixed ? down : r + down,
        column = columnFixed ? across : c + across;
      return row > most || column > stride ? null : cells[start + (row - 1) * stride + column - 1];
    };
    return { value, area, array: area };
  }

  /**
   * @param {string} name
   * @returns {Part}
   */
  call(name) {
    /** @type {Part[]} */
    const parts = [];
    if (!this.takes(")")) {
      do {
        const isEmpty = this.next.kind === "sign" && [",", ")"].includes(this.next.text);
        parts.push(isEmpty ? this.constant(null) : this.binary(0));
      } while (this.takes(","));
      this.expect(")");
    }
    const made = FUNCTIONS[name.toUpperCase().replace(/^_XLFN\./, "")];
    if (!made) return this.constant(new CellError("#NAME?"));
    const [least, most] = made.takes;
    if (parts.length < least || parts.length > most) throw new SyntaxError(name);
    if (made.scalar) return this.lifted(made.scalar, parts);
    if (this.isArray && made.each) return this.lifted(made.each, parts);
    if (this.isArray && made.array) {
      const { array } = made;
      const found = (/** @type {number} */ r, /** @type {number} */ c) =>
        array(...parts.map((part) => part.array(r, c)));
      return { array: found, value: (r, c) => spread(found(r, c), 0, 0) };
    }
    if (made.area) {
      const { area } = made;
      return this.referring((r, c) => area(parts, r, c));
    }
    if (made.picks) {
      const { picks } = made;
      /** @type {(r: number, c: number) => Area} */
      const area = (r, c) => picks(parts, r, c).array(r, c);
      const refers = parts.slice(1).some((part) => part.area);
      return {
        value: (r, c) => picks(parts, r, c).value(r, c),
        array: area,
        area: refers ? area : undefined,
      };
    }
    const { value } = /** @type {{value: import("./functions.js").OfParts}} */ (made);
    return { value: (r, c) => value(parts, r, c), array: (r, c) => single(value(parts, r, c)) };
  }
}

/**
 * @param {Reference} reference
 * @param {number} r
 * @param {number} c
 * @returns {[number, number, number, number]} top, left, bottom and right
 */
export function corners_of({ rows, columns }, r, c) {
  const [r1, r2] = [rows[0], rows[rows.length - 1]].map(([n, fixed]) => (fixed ? n : r + n));
  const [c1, c2] = [columns[0], columns[columns.length - 1]].map(([n, fixed]) =>
    fixed ? n : c + n,
  );
  return [Math.min(r1, r2), Math.min(c1, c2), Math.max(r1, r2), Math.max(c1, c2)];
}

/**
 * @param {Book} book
 * @param {number} sheet
 * @param {string} formula without its equals sign
 * @param {number} row
 * @param {number} column
 * @param {boolean} [isArray] whether it is an array formula
 * @returns {Compiled} its value for any cell, relative to which its references move
 */
export function compile(book, sheet, formula, row, column, isArray = false) {
  const compiler = new Compiler(book, sheet, formula, row, column, isArray);
  return { ...compiler.all(), references: compiler.references };
}
