/** @file Recalculate the cells of a workbook: the engine's only interface to the rest of the page. */
import { read, saved } from "./book.js";
import {
  CellError,
  caught,
  compile,
  corners_of,
  pattern,
  shifted,
  single,
  spread,
} from "./formula.js";

/**
 * @typedef {import("./formula.js").Value} Value
 * @typedef {import("./formula.js").Compiled} Compiled
 * @typedef {{cell: number, page: number, row: number, column: number, text: string,
 *   compiled: Compiled, isCircular?: boolean, rows?: number, columns?: number}} Entry a formula and
 *   its cell; an array formula has rows and columns, and its cell is the first
 * @typedef {{entry: Entry, k: number, p: number}} Waiting an entry, one of its references, and a
 *   cell of that
 */

const CIRCULAR = new CellError("#CIRC!");
const MOST_CELLS = 4_000_000;

/** A workbook whose formulas are computed. */
export class Model {
  /** @param {import("./book.js").Workbook} book */
  constructor(book) {
    this.book = book;
    /** @type {import("./formula.js").Sheet[]} */
    this.sheets = book.pages.map((page) => ({ title: page.title, start: 0, rows: 1, columns: 1 }));
    /** @type {Value[]} */
    this.cells = [];
    this.names = book.names;
    /** @type {Map<string, Compiled>} */
    this.patterns = new Map();
    /** @type {Map<number, Entry>} */
    this.formulas = new Map();
    /** @type {Map<number, number>} the style of each cell that the file has */
    this.looks = new Map();
    /** @type {Map<string, string>} */
    this.typed = new Map();
    this.changed = new Set();
    this.place();
    this.fill();
    this.order = this.sorted();
  }

  /** @param {Uint8Array} file */
  static async open(file) {
    return new Model(await read(file));
  }

  /** Give each cell its place among all cells. */
  place() {
    let start = 0;
    this.book.pages.forEach((page, n) => {
      const sheet = this.sheets[n];
      for (const { row, column } of page.cells) {
        if (row > sheet.rows) sheet.rows = row;
        if (column > sheet.columns) sheet.columns = column;
      }
      sheet.start = start;
      start += sheet.rows * sheet.columns;
    });
    if (start > MOST_CELLS) throw new RangeError(`${start} cells`);
    for (let n = 0; n < start; n++) this.cells.push(null);
  }

  fill() {
    this.book.pages.forEach((page, n) => {
      for (const { row, column, value, formula, fills, from = [], style } of page.cells) {
        const index = this.index(n, row, column);
        this.cells[index] = value;
        this.looks.set(index, style);
        if (fills) {
          const [top, left, bottom, right] = fills;
          this.setArray(n, row, column, formula, bottom - top + 1, right - left + 1);
        } else if (formula) this.set(n, row, column, formula, ...from);
      }
    });
  }

  /**
   * @param {number} page
   * @param {number} row
   * @param {number} column
   */
  index(page, row, column) {
    const { start, rows, columns } = this.sheets[page];
    return row > rows || column > columns ? -1 : start + (row - 1) * columns + column - 1;
  }

  /**
   * Give a cell a formula, which may be written for another cell, as shared ones are.
   * @param {number} page
   * @param {number} row
   * @param {number} column
   * @param {string} text
   */
  set(page, row, column, text, fromRow = row, fromColumn = column) {
    const key = `${page}!${pattern(text, fromRow, fromColumn)}`;
    const compiled = this.patterns.get(key) ?? compile(this, page, text, fromRow, fromColumn);
    this.patterns.set(key, compiled);
    const cell = this.index(page, row, column);
    const own =
      fromRow === row && fromColumn === column
        ? text
        : shifted(text, row - fromRow, column - fromColumn);
    this.formulas.set(cell, { cell, page, row, column, text: own, compiled });
  }

  /** @type {(page: number, row: number, column: number, text: string, rows: number, columns: number) => void} */
  setArray(page, row, column, text, rows, columns) {
    const compiled = compile(this, page, text, row, column, true),
      cell = this.index(page, row, column),
      entry = { cell, page, row, column, text, compiled, rows, columns };
    for (const each of this.filled(entry)) this.formulas.set(each, entry);
  }

  /** @type {(entry: Entry) => number[]} the cells that a formula fills */
  filled({ cell, page, rows = 1, columns = 1 }) {
    const stride = this.sheets[page].columns;
    return Array.from(
      { length: rows * columns },
      (_, n) => cell + Math.floor(n / columns) * stride + (n % columns),
    );
  }

  /** @returns {Entry[]} the formulas, each after those that it refers to */
  sorted() {
    const done = new Uint8Array(this.cells.length).fill(2); // 2: nothing to wait for
    for (const [cell, entry] of this.formulas) {
      done[cell] = 0;
      entry.isCircular = false;
    }
    const mark = (/** @type {Entry} */ entry, /** @type {number} */ state) => {
      if (entry.rows) for (const cell of this.filled(entry)) done[cell] = state;
      else done[entry.cell] = state;
    };
    /** @type {Entry[]} */
    const order = [];
    /** @type {Waiting[]} */
    const stack = [];
    for (const first of this.formulas.values()) {
      if (done[first.cell]) continue;
      stack.push({ entry: first, k: 0, p: 0 });
      mark(first, 1);
      while (stack.length) {
        const top = stack[stack.length - 1];
        const next = this.pending(top, done);
        if (next) {
          mark(next, 1);
          stack.push({ entry: next, k: 0, p: 0 });
        } else {
          mark(top.entry, 2);
          order.push(top.entry);
          stack.pop();
        }
      }
    }
    return order;
  }

  /**
   * Return a formula that must be computed before another; undefined if there is none left.
   * @param {Waiting} at
   * @param {Uint8Array} done
   */
  pending(at, done) {
    const { entry } = at,
      { compiled, row, column } = entry;
    for (; at.k < compiled.references.length; at.k++, at.p = 0) {
      const reference = compiled.references[at.k],
        sheet = this.sheets[reference.sheet];
      const [top, left, bottom, right] = corners_of(reference, row, column);
      const width = Math.min(right, sheet.columns) - left + 1;
      const count = width * (Math.min(bottom, sheet.rows) - top + 1);
      const start = sheet.start + (top - 1) * sheet.columns + left - 1;
      while (at.p < count) {
        const cell = start + Math.floor(at.p / width) * sheet.columns + (at.p % width);
        at.p++;
        if (done[cell] === 2) continue;
        if (done[cell] === 0) return this.formulas.get(cell);
        entry.isCircular = true;
        return undefined;
      }
    }
    return undefined;
  }

  /** Compute all formulas, and note the cells whose values changed. */
  recalculate() {
    this.changed.clear();
    for (const entry of this.order) {
      const { cell, compiled, row, column, columns, isCircular } = entry;
      if (!columns) {
        this.store(cell, isCircular ? CIRCULAR : caught(() => compiled.value(row, column)));
        continue;
      }
      const found = isCircular ? single(CIRCULAR) : compiled.array(row, column);
      this.filled(entry).forEach((each, n) =>
        this.store(
          each,
          caught(() => spread(found, Math.floor(n / columns), n % columns)),
        ),
      );
    }
  }

  /** @type {(cell: number, value: Value) => void} */
  store(cell, value) {
    const before = this.cells[cell],
      now = value ?? 0;
    this.cells[cell] = now;
    const isSame =
      now instanceof CellError && before instanceof CellError
        ? now.code === before.code
        : now === before;
    if (!isSame) this.changed.add(cell);
  }

  /**
   * Change inputs, or formulas where a text begins with "=", and recalculate.
   * @param {{page: number, row: number, column: number, value: Value}[]} edits
   */
  edit(edits) {
    let isNew = false;
    for (const { page, row, column, value } of edits) {
      const cell = this.index(page, row, column),
        key = `${page},${row},${column}`;
      if (cell < 0) throw new RangeError(key);
      if (typeof value === "string" && value.startsWith("=")) {
        const old = this.formulas.get(cell);
        if (old?.rows && old.columns)
          this.setArray(page, old.row, old.column, value.slice(1), old.rows, old.columns);
        else this.set(page, row, column, value.slice(1));
        this.typed.set(key, value.slice(1));
        isNew = true;
        continue;
      }
      if (this.formulas.delete(cell)) isNew = true;
      this.typed.set(key, "");
      this.cells[cell] = value;
    }
    if (isNew) this.order = this.sorted();
    this.recalculate();
    for (const { page, row, column } of edits) this.changed.add(this.index(page, row, column));
  }

  /**
   * @param {number} page
   * @param {number} row
   * @param {number} column
   * @returns {Value}
   */
  at(page, row, column) {
    const cell = this.index(page, row, column);
    return cell < 0 ? null : this.cells[cell];
  }

  /**
   * @param {number} page
   * @param {number} row
   * @param {number} column
   * @returns {string} with its equals sign; "" if the cell has none
   */
  formulaAt(page, row, column) {
    const entry = this.formulas.get(this.index(page, row, column));
    return entry ? `=${entry.text}` : "";
  }

  /**
   * Compute a formula without a cell of its own, as rules and lists of choices are.
   * @param {number} page
   * @param {string} text
   * @param {number} row
   * @param {number} column
   */
  compiled(page, text, row, column) {
    const key = `${page}!${pattern(text, row, column)}`;
    const found = this.patterns.get(key) ?? compile(this, page, text, row, column);
    this.patterns.set(key, found);
    return found;
  }

  /**
   * Return a formula as it reads when it is filled into another cell.
   * @param {Entry} entry
   * @param {number} row
   * @param {number} column
   */
  moved(entry, row, column) {
    return shifted(entry.text, row - entry.row, column - entry.column);
  }

  /**
   * Return the values of a range that a list of choices names, or of a chart's ranges in parentheses.
   * @param {number} page
   * @param {string} text
   * @param {number} row
   * @param {number} column
   */
  listed(page, text, row, column) {
    const formula = text.startsWith("(") ? `SUM${text}` : text;
    const { references } = this.compiled(page, formula, row, column);
    if (!references.length) return null;
    /** @type {Value[]} */
    const found = [];
    for (const reference of references) {
      const [top, left, bottom, right] = corners_of(reference, row, column);
      for (let r = top; r <= bottom; r++)
        for (let c = left; c <= right; c++) found.push(this.at(reference.sheet, r, c));
    }
    return found;
  }

  /** @returns {Promise<Blob>} the workbook as it is now */
  save() {
    return saved(this.book, (page, row, column) => this.at(page, row, column), this.typed);
  }
}
