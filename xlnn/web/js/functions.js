/** @file The spreadsheet functions on which all programs agree, which workbooks of xlnn may use. */
import {
  asText,
  caught,
  CellError,
  columnLetters,
  compare,
  fail,
  finite,
  number,
  single,
} from "./formula.js";
import { formatted } from "./format.js";

/**
 * @typedef {import("./formula.js").Value} Value
 * @typedef {import("./formula.js").Part} Part
 * @typedef {import("./formula.js").Area} Area
 * @typedef {(parts: Part[], r: number, c: number) => Value} OfParts
 * @typedef {{takes: [number, number], scalar?: (...values: Value[]) => Value, value?: OfParts,
 *   area?: (parts: Part[], r: number, c: number) => Area,
 *   picks?: (parts: Part[], r: number, c: number) => Part, each?: (...values: any[]) => Value,
 *   array?: (...areas: Area[]) => Area}} SheetFunction `each` and `array` are for array formulas
 */

const MOST = 255;

/**
 * Call a function with each value of an area.
 * @param {Area} area
 * @param {(value: Value, n: number) => void} visit
 */
function each({ cells, start, stride, rows, columns }, visit) {
  for (let r = 0, n = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, n++) visit(cells[start + r * stride + c] ?? null, n);
}

/** @type {(area: Area, row: number, column: number) => Value} */
const at = (area, row, column) => area.cells[area.start + row * area.stride + column] ?? null;

/** @type {(rows: number, columns: number, of: (r: number, c: number) => Value) => Area} */
function table(rows, columns, of) {
  const cells = Array.from({ length: rows * columns }, (_, n) =>
    of(Math.floor(n / columns), n % columns),
  );
  return { cells, start: 0, stride: columns, rows, columns };
}

/** @type {(area: Area) => Value[]} */
function values(area) {
  /** @type {Value[]} */
  const found = [];
  each(area, (value) => found.push(value));
  return found;
}

/**
 * The numbers of arguments: of cells those that hold numbers, and what is typed as a number.
 * @type {(parts: Part[], r: number, c: number, visit: (x: number) => void) => void}
 */
function numbers(parts, r, c, visit) {
  for (const part of parts) {
    if (!part.area) {
      const area = part.array(r, c);
      if (area.rows * area.columns === 1) {
        const value = area.cells[area.start];
        if (value !== null) visit(number(value));
        continue;
      }
    }
    each(part.array(r, c), (value) => {
      if (typeof value === "number") visit(value);
      else if (value instanceof CellError) throw value;
    });
  }
}

/**
 * A function that runs through numbers.
 * @param {number} begin
 * @param {(sum: number, x: number) => number} step
 * @param {(sum: number, count: number) => Value} [end]
 * @returns {SheetFunction}
 */
const folded = (begin, step, end = (sum) => finite(sum)) => ({
  takes: [1, MOST],
  value: (parts, r, c) => {
    let [sum, count] = [begin, 0];
    numbers(parts, r, c, (x) => {
      sum = step(sum, x);
      count++;
    });
    return end(sum, count);
  },
});

/** @type {(least: number, most: number, scalar: (...values: any[]) => Value) => SheetFunction} */
const scalar = (least, most, apply) => ({ takes: [least, most], scalar: apply });

/** @type {(apply: (x: number) => number) => SheetFunction} */
const ofNumber = (apply) => scalar(1, 1, (x) => finite(apply(number(x))));

/** @type {(least: number, most: number, value: OfParts) => SheetFunction} */
const ofParts = (least, most, value) => ({ takes: [least, most], value });

/** @type {(value: Value) => boolean} */
function truth(value) {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return number(value) !== 0;
  return /^(true|false)$/i.test(value) ? value.toLowerCase() === "true" : fail("#VALUE!");
}

/** @type {(x: number, places: number) => number} */
export function rounded(x, places) {
  const [digits, power] = String(Math.abs(x)).split("e");
  const whole = Math.round(Number(`${digits}e${Number(power ?? 0) + places}`));
  const [back, up] = String(whole).split("e");
  const found = Number(`${back}e${Number(up ?? 0) - places}`);
  return Number.isFinite(found) ? Math.sign(x) * found : x;
}

/**
 * Two ranges of equal size as pairs of numbers.
 * @type {(parts: Part[], r: number, c: number) => [number, number][]}
 */
function pairs([first, second], r, c) {
  const [a, b] = [values(first.array(r, c)), values(second.array(r, c))];
  if (a.length !== b.length) fail("#N/A");
  /** @type {[number, number][]} */
  const found = [];
  a.forEach((x, n) => {
    const y = b[n];
    if (x instanceof CellError) throw x;
    if (y instanceof CellError) throw y;
    if (typeof x === "number" && typeof y === "number") found.push([x, y]);
  });
  return found;
}

/**
 * The line through points (x, y): its slope and intercept, and the sums of squares.
 * @type {(parts: Part[], r: number, c: number) => {slope: number, intercept: number, rest: number, n: number}}
 */
function line(parts, r, c) {
  const points = pairs(parts, r, c),
    n = points.length;
  const mean = (/** @type {0 | 1} */ k) => points.reduce((sum, p) => sum + p[k], 0) / n;
  const [my, mx] = [mean(0), mean(1)];
  const sum = (/** @type {(x: number, y: number) => number} */ of) =>
    points.reduce((total, [y, x]) => total + of(x - mx, y - my), 0);
  const [xx, xy, yy] = [sum((x) => x * x), sum((x, y) => x * y), sum((_, y) => y * y)];
  if (!n || xx === 0) fail("#DIV/0!");
  return { slope: xy / xx, intercept: my - (xy / xx) * mx, rest: yy - (xy * xy) / xx, n };
}

/** @type {(text: string) => RegExp} a text in which * and ? stand for others */
const like = (text) =>
  new RegExp(
    `^${text.replace(/~?[*?]|[.+^${}()|[\]\\]/g, (s) => (s === "*" ? "[\\s\\S]*" : s === "?" ? "[\\s\\S]" : `\\${s.slice(-1)}`))}$`,
    "i",
  );

/**
 * What COUNTIF looks for: a value, or a comparison written as text.
 * @type {(criterion: Value) => (value: Value) => boolean}
 */
function criterion(wanted) {
  if (wanted instanceof CellError)
    return (value) => value instanceof CellError && value.code === wanted.code;
  const [, sign, rest] = /** @type {string[]} */ (
    /^(<=|>=|<>|[<>=])?([\s\S]*)$/.exec(asText(wanted))
  );
  const isNumber = rest.trim() !== "" && Number.isFinite(Number(rest));
  const isTruth = /^(true|false)$/i.test(rest);
  /** @type {(value: Value) => boolean} */
  let equal;
  if (isNumber)
    equal = (value) =>
      value === Number(rest) ||
      (typeof value === "string" && value.trim() !== "" && Number(value) === Number(rest));
  else if (isTruth)
    equal = (value) =>
      typeof value !== "number" && String(value).toLowerCase() === rest.toLowerCase();
  else {
    const alike = like(rest);
    equal =
      rest === ""
        ? (value) => value === null || (!sign && value === "")
        : (value) => typeof value === "string" && alike.test(value);
  }
  if (!sign || sign === "=") return equal;
  if (sign === "<>") return (value) => !equal(value);
  return (value) =>
    typeof value === (isNumber ? "number" : "string") &&
    OPERATIONS[sign](compare(value, isNumber ? Number(rest) : rest));
}

/** @type {Record<string, (order: number) => boolean>} */
const OPERATIONS = {
  "<": (o) => o < 0,
  ">": (o) => o > 0,
  "<=": (o) => o <= 0,
  ">=": (o) => o >= 0,
};

/** @type {(part: Part | undefined, r: number, c: number, usual: number) => number} */
const whole = (part, r, c, usual) => (part ? Math.trunc(number(part.value(r, c))) : usual);

/**
 * The place of a value in a list, from 0: equal, or the last that is not beyond it.
 * @type {(wanted: Value, list: Value[], type: number) => number}
 */
function place(wanted, list, type) {
  if (wanted instanceof CellError) throw wanted;
  const alike = (/** @type {Value} */ value) => value !== null && typeof value === typeof wanted;
  let found = -1;
  if (type === 0 && typeof wanted === "string" && /[*?]/.test(wanted)) {
    const wildcard = like(wanted);
    found = list.findIndex((value) => typeof value === "string" && wildcard.test(value));
    return found < 0 ? fail("#N/A") : found;
  }
  for (let n = 0; n < list.length; n++) {
    if (!alike(list[n])) continue;
    const order = compare(list[n], wanted);
    if (type === 0 ? order === 0 : order * type <= 0) {
      found = n;
      if (type === 0) break;
    } else if (type !== 0) break;
  }
  return found < 0 ? fail("#N/A") : found;
}

/** @type {(parts: Part[], r: number, c: number) => Area} */
function indexed(parts, r, c) {
  const area = parts[0].array(r, c);
  let row = whole(parts[1], r, c, 0),
    column = whole(parts[2], r, c, 0);
  if (!parts[2] && area.rows === 1) [row, column] = [0, row];
  if (row < 0 || column < 0) fail("#VALUE!");
  if (row > area.rows || column > area.columns) fail("#REF!");
  const [down, right] = [Math.max(0, row - 1), Math.max(0, column - 1)];
  return {
    ...area,
    start: area.start + down * area.stride + right,
    row: area.row === undefined ? undefined : area.row + down,
    rows: row ? 1 : area.rows,
    columns: column || area.columns === 1 ? 1 : area.columns,
  };
}

/** @type {Part} */
const NO = { value: () => false, array: () => fail("#VALUE!") };

/** @type {(parts: Part[], r: number, c: number, sum?: Part) => Value} */
function conditional(parts, r, c, sum) {
  /** @type {boolean[]} */
  let holds = [];
  for (let n = 0; n + 1 < parts.length; n += 2) {
    const test = criterion(caught(() => parts[n + 1].value(r, c)));
    const found = values(parts[n].array(r, c)).map(test);
    if (n && found.length !== holds.length) fail("#VALUE!");
    holds = n ? holds.map((h, k) => h && found[k]) : found;
  }
  if (!sum) return holds.filter(Boolean).length;
  let total = 0;
  const { rows, columns } = parts[0].array(r, c);
  each({ ...sum.array(r, c), rows, columns }, (value, n) => {
    if (holds[n] && value instanceof CellError) throw value;
    if (holds[n] && typeof value === "number") total += value;
  });
  return total;
}

/** @type {(parts: Part[], r: number, c: number) => Value} */
function sumproduct(parts, r, c) {
  const areas = parts.map((part) => part.array(r, c));
  const [{ rows, columns }] = areas;
  if (areas.some((area) => area.rows !== rows || area.columns !== columns)) fail("#VALUE!");
  let sum = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let product = 1;
      for (const { cells, start, stride } of areas) {
        const value = cells[start + row * stride + column];
        if (value instanceof CellError) throw value;
        product *= typeof value === "number" ? value : 0;
      }
      sum += product;
    }
  return finite(sum);
}

/** @type {Record<string, SheetFunction>} */
export const FUNCTIONS = {
  ABS: ofNumber(Math.abs),
  ACOS: ofNumber(Math.acos),
  ADDRESS: scalar(2, 5, (row, column, kind = 1, a1 = true, title = "") => {
    const [down, across] = [number(row), number(column)],
      how = number(kind);
    const isThere = down >= 1 && down <= 1048576 && across >= 1 && across <= 16384;
    if (!truth(a1) || !isThere || ![1, 2, 3, 4].includes(how)) fail("#VALUE!");
    const name = title ? `${/^[\p{L}_][\p{L}\d_.]*$/u.test(title) ? title : `'${title}'`}!` : "";
    return `${name}${how % 2 ? "$" : ""}${columnLetters(across)}${how < 3 ? "$" : ""}${down}`;
  }),
  AND: ofParts(1, MOST, (parts, r, c) => {
    let [holds, met] = [true, false];
    for (const part of parts)
      each(part.array(r, c), (value) => {
        if (value instanceof CellError) throw value;
        const isText = typeof value === "string" && (part.area || !/^(true|false)$/i.test(value));
        if (value !== null && !isText) [holds, met] = [truth(value) && holds, true];
      });
    return met ? holds : fail("#VALUE!");
  }),
  AVERAGE: folded(
    0,
    (sum, x) => sum + x,
    (sum, n) => (n ? finite(sum / n) : fail("#DIV/0!")),
  ),
  CHOOSE: {
    takes: [2, MOST],
    picks: ([index, ...rest], r, c) => rest[whole(index, r, c, 0) - 1] ?? fail("#VALUE!"),
  },
  COLUMN: {
    takes: [0, 1],
    value: (parts, r, c) => (parts[0]?.area ? (parts[0].area(r, c).column ?? fail("#VALUE!")) : c),
    array: ({ column = 1, columns }) => table(1, columns, (_, n) => column + n),
  },
  COS: ofNumber(Math.cos),
  COUNT: ofParts(1, MOST, (parts, r, c) => {
    let count = 0;
    for (const part of parts)
      each(part.area ? part.area(r, c) : single(caught(() => part.value(r, c))), (value) => {
        const isTyped = !part.area && !(caught(() => number(value)) instanceof CellError);
        count += typeof value === "number" || isTyped ? 1 : 0;
      });
    return count;
  }),
  COUNTIF: ofParts(2, 2, (parts, r, c) => conditional(parts, r, c)),
  COUNTIFS: ofParts(2, MOST, (parts, r, c) => conditional(parts, r, c)),
  EXP: ofNumber(Math.exp),
  FALSE: scalar(0, 0, () => false),
  FIXED: scalar(1, 3, (value, places = 2, plain = false) => {
    const n = number(places),
      x = rounded(number(value), n);
    const text = Math.abs(x).toFixed(Math.max(0, n));
    const [integer, rest] = text.split(".");
    const grouped = truth(plain) ? integer : integer.replace(/\B(?=(\d{3})+$)/g, ",");
    return (x < 0 ? "-" : "") + (rest ? `${grouped}.${rest}` : grouped);
  }),
  IF: {
    takes: [2, 3],
    each: (test, yes, no = false) => (truth(test) ? yes : no),
    picks: ([test, yes, no = NO], r, c) => (truth(test.value(r, c)) ? yes : no),
  },
  IFERROR: ofParts(2, 2, (parts, r, c) => {
    const value = caught(() => parts[0].value(r, c));
    return value instanceof CellError ? parts[1].value(r, c) : (value ?? 0);
  }),
  INDEX: { takes: [2, 4], area: indexed },
  INT: ofNumber(Math.floor),
  INTERCEPT: ofParts(2, 2, (parts, r, c) => line(parts, r, c).intercept),
  ISBLANK: scalar(1, 1, (value) => value === null),
  LARGE: ofParts(2, 2, (parts, r, c) => {
    /** @type {number[]} */
    const found = [];
    numbers([parts[0]], r, c, (x) => found.push(x));
    const k = Math.ceil(number(parts[1].value(r, c)));
    return found.sort((a, b) => b - a)[k - 1] ?? fail("#NUM!");
  }),
  LN: ofNumber((x) => (x > 0 ? Math.log(x) : NaN)),
  LOG10: ofNumber((x) => (x > 0 ? Math.log10(x) : NaN)),
  MATCH: ofParts(
    2,
    3,
    (parts, r, c) =>
      1 +
      place(
        parts[0].value(r, c),
        values(parts[1].array(r, c)),
        Math.sign(whole(parts[2], r, c, 1)),
      ),
  ),
  MAX: folded(-Infinity, Math.max, (most, n) => (n ? most : 0)),
  MID: scalar(3, 3, (text, from, count) => {
    const [first, length] = [Math.trunc(number(from)), Math.trunc(number(count))];
    return first < 1 || length < 0
      ? fail("#VALUE!")
      : asText(text).substring(first - 1, first - 1 + length);
  }),
  MIN: folded(Infinity, Math.min, (least, n) => (n ? least : 0)),
  MMULT: {
    takes: [2, 2],
    array: (a, b) => {
      if (a.columns !== b.rows) return single(new CellError("#VALUE!"));
      return table(a.rows, b.columns, (r, c) => {
        let sum = 0;
        for (let n = 0; n < b.rows; n++) {
          const [x, y] = [at(a, r, n), at(b, n, c)],
            other = [x, y].find((each) => typeof each !== "number");
          if (other !== undefined)
            return other instanceof CellError ? other : new CellError("#VALUE!");
          sum += Number(x) * Number(y);
        }
        return caught(() => finite(sum));
      });
    },
  },
  MOD: scalar(2, 2, (a, b) => {
    const [x, y] = [number(a), number(b)];
    return y === 0 ? fail("#DIV/0!") : x - y * Math.floor(x / y);
  }),
  PI: scalar(0, 0, () => Math.PI),
  RANK: ofParts(2, 3, (parts, r, c) => {
    const x = number(parts[0].value(r, c)),
      up = parts[2] ? truth(parts[2].value(r, c)) : false;
    let [rank, met] = [1, false];
    numbers([parts[1]], r, c, (y) => {
      if (up ? y < x : y > x) rank++;
      met ||= y === x;
    });
    return met ? rank : fail("#N/A");
  }),
  REPT: scalar(2, 2, (text, count) => {
    const times = Math.trunc(number(count));
    return times < 0 || asText(text).length * times > 32767
      ? fail("#VALUE!")
      : asText(text).repeat(times);
  }),
  RIGHT: scalar(1, 2, (text, count = 1) => {
    const length = Math.trunc(number(count));
    return length < 0 ? fail("#VALUE!") : length ? asText(text).slice(-length) : "";
  }),
  ROUND: scalar(2, 2, (x, places) => rounded(number(x), Math.trunc(number(places)))),
  ROW: {
    takes: [0, 1],
    value: (parts, r, c) => (parts[0]?.area ? (parts[0].area(r, c).row ?? fail("#VALUE!")) : r),
    array: ({ row = 1, rows }) => table(rows, 1, (n) => row + n),
  },
  SIGN: ofNumber(Math.sign),
  SIN: ofNumber(Math.sin),
  SLOPE: ofParts(2, 2, (parts, r, c) => line(parts, r, c).slope),
  SQRT: ofNumber(Math.sqrt),
  STEYX: ofParts(2, 2, (parts, r, c) => {
    const { rest, n } = line(parts, r, c);
    return n > 2 ? Math.sqrt(Math.max(0, rest) / (n - 2)) : fail("#DIV/0!");
  }),
  SUM: folded(0, (sum, x) => sum + x),
  SUMIF: ofParts(2, 3, (parts, r, c) => conditional(parts.slice(0, 2), r, c, parts[2] ?? parts[0])),
  SUMPRODUCT: ofParts(1, MOST, sumproduct),
  SUMSQ: folded(0, (sum, x) => sum + x * x),
  SUMXMY2: ofParts(2, 2, (parts, r, c) =>
    finite(pairs(parts, r, c).reduce((sum, [x, y]) => sum + (x - y) ** 2, 0)),
  ),
  TANH: ofNumber(Math.tanh),
  TEXT: scalar(2, 2, (value, format) =>
    value instanceof CellError ? fail(value.code) : formatted(value, asText(format)),
  ),
  TRANSPOSE: {
    takes: [1, 1],
    array: (area) => table(area.columns, area.rows, (r, c) => at(area, c, r)),
  },
  TRUE: scalar(0, 0, () => true),
  VLOOKUP: ofParts(3, 4, (parts, r, c) => {
    const table = parts[1].array(r, c),
      column = whole(parts[2], r, c, 1);
    if (column < 1) fail("#VALUE!");
    if (column > table.columns) fail("#REF!");
    const keys = values({ ...table, columns: 1 });
    const near = parts[3] ? truth(parts[3].value(r, c)) : true;
    return at(table, place(parts[0].value(r, c), keys, near ? 1 : 0), column - 1);
  }),
};
