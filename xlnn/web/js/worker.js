/** @file Keep the workbook beside the page, and answer its questions. */
import { asText, CellError, corners_of, tokens } from "./formula.js";
import { heightsOf } from "./book.js";
import { formatted } from "./format.js";
import { Model } from "./model.js";
import { compared, trained } from "./reference.js";
import { choiceAt, looking } from "./rules.js";
import { drawingOf } from "./chart_parts.js";

/**
 * @typedef {import("./formula.js").Value} Value
 * @typedef {{page: number, row: number, column: number, steps: [number, number][], lengths: number[]}} Block
 */

/** @type {Model} */
let model;
const MOST_SHOWN = 12;

/** @type {(text: string) => Value} */
function typed(text) {
  const plain = text.trim();
  if (plain === "") return null;
  if (plain.startsWith("=")) return plain;
  if (/^(true|false)$/i.test(plain)) return plain.toLowerCase() === "true";
  const number = Number(plain.replace("−", "-"));
  return Number.isFinite(number) ? number : text;
}

/** @type {(value: Value) => number | string | boolean | null} */
const sent = (value) => (value instanceof CellError ? value.code : value);

/** @type {(block: Block, n: number) => [number, number, number]} the cell of an entry */
function placeIn({ page, row, column, steps, lengths }, n) {
  for (let k = lengths.length - 1; k >= 0; k--) {
    const at = n % lengths[k];
    n = Math.floor(n / lengths[k]);
    row += at * steps[k][0];
    column += at * steps[k][1];
  }
  return [page, row, column];
}

/** @type {(block: Block) => Float64Array} */
function numbersOf(block) {
  const found = new Float64Array(block.lengths.reduce((product, length) => product * length, 1));
  for (let n = 0; n < found.length; n++) {
    const value = model.at(...placeIn(block, n));
    found[n] = typeof value === "number" ? value : NaN;
  }
  return found;
}

/**
 * The pieces of a formula: texts, and references with their values.
 * @type {(page: number, row: number, column: number) => (string | object)[]}
 */
function pieces(page, row, column) {
  const text = model.formulaAt(page, row, column).slice(1),
    found = [];
  if (!text) return [];
  const entry = model.formulas.get(model.index(page, row, column));
  const home = /** @type {[number, number]} */ (
    entry?.rows ? [entry.row, entry.column] : [row, column]
  );
  const parts = tokens(text);
  for (let n = 0, k = 0; n < parts.length; n++) {
    const isTitled = parts[n].kind === "sheet";
    if (isTitled && parts[n + 1]?.kind === "cell") n++;
    if (parts[n].kind !== "cell") {
      found.push(parts[n].text);
      continue;
    }
    if (parts[n + 1]?.text === ":" && parts[n + 2]?.kind === "cell") n += 2;
    const reference = entry?.compiled.references[k++];
    if (!reference) continue;
    const [top, left, bottom, right] = corners_of(reference, ...home),
      values = [];
    for (let r = top; r <= bottom && values.length <= MOST_SHOWN; r++)
      for (let c = left; c <= right && values.length <= MOST_SHOWN; c++)
        values.push(sent(model.at(reference.sheet, r, c)));
    found.push({ page: reference.sheet, top, left, bottom, right, values });
  }
  return found;
}

/**
 * @typedef {{page: number, row: number, column: number, value: Value}} Edit
 * @type {Edit[][]} what each change replaced, the last at the end
 */
const history = [];

/** @type {(edits: Edit[], isKept: boolean) => {changed: number, ms: number, undoable: boolean}} */
function applied(edits, isKept) {
  const before = edits.map(({ page, row, column }) => ({
    page,
    row,
    column,
    value: model.formulaAt(page, row, column) || model.at(page, row, column),
  }));
  const start = performance.now();
  model.edit(edits);
  if (isKept) history.push(before);
  const ms = performance.now() - start;
  return { changed: model.changed.size, ms, undoable: history.length > 0 };
}

/** @type {Record<string, (question: any) => any>} */
const ANSWERS = {
  open: async ({ file }) => {
    model = await Model.open(file);
    model.recalculate();
    model.changed.clear();
    const { book, sheets } = model;
    const pages = book.pages.map(async ({ cells, rules, choices, ...page }, n) => ({
      ...page,
      ...sheets[n],
      heights: heightsOf({ cells, ...page }, book.styles),
      charts: await drawingOf(book, page.drawing),
    }));
    return { pages: await Promise.all(pages), formulas: model.order.length };
  },
  edit: ({ edits, quiet }) => {
    const values = edits.map((/** @type {any} */ edit) => ({ ...edit, value: typed(edit.text) }));
    for (const { page, row, column, value } of values) {
      if (typeof value === "string" && value.startsWith("=")) continue;
      const { allows, error } = choiceAt(model, page, row, column);
      if (!allows(value)) return { refused: error };
    }
    const marked = quiet ? new Set(model.changed) : null;
    try {
      return applied(values, !quiet);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return { refused: `? ${error.message}`, isFormula: true };
    } finally {
      if (marked) model.changed = marked;
    }
  },
  undo: () => (history.length ? applied(history.pop() ?? [], false) : { changed: 0, ms: 0 }),
  numbers: ({ blocks }) =>
    Object.fromEntries(
      Object.entries(blocks).map(([name, block]) => [
        name,
        numbersOf(/** @type {Block} */ (block)),
      ]),
    ),
  cell: ({ page, row, column }) => {
    const value = model.at(page, row, column),
      formula = model.formulaAt(page, row, column),
      { list } = choiceAt(model, page, row, column);
    return {
      value: sent(value),
      text: value instanceof CellError ? value.code : asText(value),
      formula: model.formulas.get(model.index(page, row, column))?.rows ? `{${formula}}` : formula,
      pieces: pieces(page, row, column),
      list: list?.map(sent),
    };
  },
  view: ({ page, top, left, bottom, right }) => {
    const { styles, pages } = model.book,
      { rows, columns } = model.sheets[page],
      found = [];
    const rules = pages[page].rules.filter(({ ranges }) =>
      ranges.some(([t, l, b, r]) => t <= bottom && b >= top && l <= right && r >= left),
    );
    for (let row = top; row <= Math.min(bottom, rows); row++)
      for (let column = left; column <= Math.min(right, columns); column++) {
        const index = model.index(page, row, column),
          number = model.looks.get(index);
        if (number === undefined) continue;
        const value = model.cells[index],
          style = looking(model, page, rules, styles[number] ?? {}, row, column);
        const text = formatted(value, style.format ?? "General"),
          isNumber = typeof value === "number",
          isFormula = model.formulas.has(index),
          isChanged = model.changed.has(index);
        found.push({ row, column, style, text, isNumber, isFormula, isChanged });
      }
    return { cells: found };
  },
  fill: ({ page, row, column, rows }) => {
    const entry = model.formulas.get(model.index(page, row, column));
    if (!entry) return { changed: 0, ms: 0 };
    const edits = [];
    for (let r = row + 1; r <= rows; r++)
      edits.push({ page, row: r, column, value: `=${model.moved(entry, r, column)}` });
    return applied(edits, true);
  },
  check: ({ network, blocks, isExercise }) => {
    /** @type {(name: string) => ArrayLike<number>} */
    const values = (name) => (blocks[name] ? numbersOf(blocks[name]) : []);
    const found = compared(trained(network, values), values);
    const wrong = found.wrong.map(({ name, index }) => {
      const [page, row, column] = placeIn(blocks[name], index);
      return { name, index, place: { page, row, column } };
    });
    const isLeft = (/** @type {typeof wrong[0]} */ { place: { page, row, column } }) =>
      isExercise && model.at(page, row, column) === null;
    return { ...found, wrong: wrong.filter((each) => !isLeft(each)) };
  },
  series: ({ ranges }) =>
    ranges.map((/** @type {[number, string]} */ [page, text]) => {
      return (text && model.listed(page, text, 1, 1)?.map(sent)) || [];
    }),
  save: () => model.save(),
};

onmessage = async ({ data: { id, type, ...question } }) => {
  try {
    postMessage({ id, answer: await ANSWERS[type](question) });
  } catch (error) {
    postMessage({
      id,
      error: String(error instanceof Error ? (error.stack ?? error.message) : error),
    });
  }
};
