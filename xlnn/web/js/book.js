/** @file Read a workbook's cells, formulas, formats and rules, and write changed cells back. */
import { archive, entriesOf, packed, textOf } from "./archive.js";
import { CellError, columnNumber } from "./formula.js";
import { BUILT_IN } from "./format.js";

/**
 * @typedef {import("./formula.js").Value} Value
 * @typedef {{format?: string, css?: Record<string, string>, size?: number, align?: string,
 *   wrap?: boolean, borders?: boolean}} Style
 * @typedef {{ranges: number[][], type: string, formulas: string[], style: Style, colors: string[],
 *   points: [string, string][], priority: number}} Rule
 * @typedef {{ranges: number[][], type: string, operator: string, formulas: string[], error: string}} Choice
 * @typedef {{row: number, column: number, value: Value, formula: string, style: number,
 *   fills?: number[], from?: number[]}} Cell a cell; an array formula fills more, and a shared one is
 *   written for another
 * @typedef {{title: string, hidden: boolean, part: string, cells: Cell[], widths: [number, number, number][],
 *   heights: Map<number, number>, merges: number[][], rules: Rule[], choices: Choice[],
 *   frozen: [number, number], hiddenRows: Set<number>, width: number, links: Map<string, string>,
 *   drawing: string}} Page
 * @typedef {{entries: Map<string, import("./archive.js").Entry>, pages: Page[], styles: Style[],
 *   names: Map<string, string>}} Workbook
 */

const ENTITIES = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** @param {string} text of XML */
export const unescaped = (text) =>
  !text.includes("&")
    ? text
    : text.replace(/&(?:#(x?)([\da-f]+)|(lt|gt|quot|apos|amp));/gi, (_, hex, code, name) =>
        name
          ? ENTITIES[/** @type {"lt"} */ (name)]
          : String.fromCodePoint(parseInt(code, hex ? 16 : 10)),
      );

/** @param {string} text */
const escaped = (text) =>
  text.replace(/[<>&]/g, (sign) => `&${sign === "<" ? "lt" : sign === ">" ? "gt" : "amp"};`);

/**
 * @param {string} xml a tag
 * @param {string} name
 * @param {string} [usual]
 */
export const attribute = (xml, name, usual = "") =>
  unescaped(new RegExp(`\\s${name}="([^"]*)"`).exec(xml)?.[1] ?? usual);

/**
 * @param {string} xml
 * @param {string} tag
 * @returns {string[]} the elements with that tag, one after the other
 */
export const elements = (xml, tag) =>
  xml.match(new RegExp(`<${tag}(?=[\\s/>])(?:[^>]*/>|[^>]*>[\\s\\S]*?</${tag}>)`, "g")) ?? [];

/** @param {string} xml */
export const inner = (xml) => /^<[^>]*>([\s\S]*)<\/[^>]*>$/.exec(xml)?.[1] ?? "";

/** @param {string} xml of inline or shared text, perhaps in runs; furigana is left out */
const plain = (xml) =>
  elements(xml.replace(/<rPh[\s\S]*?<\/rPh>/g, ""), "t")
    .map((t) => unescaped(inner(t)))
    .join("")
    .replace(/_x([\dA-F]{4})_/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));

/** @param {string} xml of a part; some programs put a prefix before every name */
function unprefixed(xml) {
  const prefix = /<(\w+):(?:worksheet|workbook|styleSheet|sst)\b/.exec(xml)?.[1];
  return prefix ? xml.replace(new RegExp(`(</?)${prefix}:`, "g"), "$1") : xml;
}

/** @param {string} sqref such as "A1:B2 C3" */
export const rangesOf = (sqref) =>
  sqref
    .trim()
    .split(/\s+/)
    .map((range) => {
      const ends = range
        .split(":")
        .map((cell) => /([A-Z]+)(\d+)/.exec(cell.replaceAll("$", "")) ?? ["", "A", "1"]);
      const [first, last] = [ends[0], ends[ends.length - 1]];
      return [Number(first[2]), columnNumber(first[1]), Number(last[2]), columnNumber(last[1])];
    });

/** @param {string} xml with an attribute rgb */
const colorOf = (xml) => {
  const rgb = attribute(xml, "rgb");
  return rgb ? `#${rgb.slice(-6)}` : attribute(xml, "indexed") === "9" ? "#FFFFFF" : "";
};

/**
 * @param {string} font
 * @param {string} fill
 * @returns {Style}
 */
function look(font, fill) {
  const has = (/** @type {string} */ tag) =>
    elements(font, tag).some((each) => attribute(each, "val", "1") !== "0");
  const size = Number(attribute(elements(font, "sz")[0] ?? "", "val")),
    pattern = attribute(elements(fill, "patternFill")[0] ?? "", "patternType"),
    color = colorOf(elements(font, "color")[0] ?? ""),
    ground =
      elements(fill, pattern === "solid" ? "fgColor" : "bgColor")[0] ??
      elements(fill, "bgColor")[0],
    backgroundColor = pattern === "none" ? "" : colorOf(ground ?? "");
  return {
    ...(size && { size }),
    css: {
      ...(color && { color }),
      ...(backgroundColor && { backgroundColor }),
      ...(has("b") && { fontWeight: "600" }),
      ...(has("i") && { fontStyle: "italic" }),
      ...(size && { fontSize: `${size * 1.2}px` }),
    },
  };
}

/** @param {string} xml of styles.xml */
function stylesOf(xml) {
  /** @type {Record<string, string>} */
  const formats = { ...BUILT_IN };
  for (const each of elements(xml, "numFmt"))
    formats[attribute(each, "numFmtId")] ??= attribute(each, "formatCode");
  const [fonts, fills, borders] = ["fonts", "fills", "borders"].map((all) =>
    elements(elements(xml, all)[0] ?? "", all.slice(0, -1)),
  );
  const styles = elements(elements(xml, "cellXfs")[0] ?? "", "xf").map((xf) => {
    const number = (/** @type {string} */ name) => Number(attribute(xf, name, "0"));
    const style = look(fonts[number("fontId")] ?? "", fills[number("fillId")] ?? "");
    style.format = formats[number("numFmtId")] ?? "General";
    const alignment = elements(xf, "alignment")[0] ?? "";
    style.align = attribute(alignment, "horizontal");
    style.wrap = attribute(alignment, "wrapText") === "1";
    const indent = Number(attribute(alignment, "indent", "0"));
    if (indent) style.css = { ...style.css, paddingLeft: `${3 + indent * 9}px` };
    if (attribute(alignment, "vertical") === "top")
      style.css = { ...style.css, alignItems: "flex-start" };
    const border = borders[number("borderId")] ?? "";
    style.borders = ["left", "right", "top", "bottom"].some((side) =>
      attribute(elements(border, side)[0] ?? "", "style"),
    );
    return style;
  });
  const special = elements(elements(xml, "dxfs")[0] ?? "", "dxf").map((dxf) => {
    const style = look(elements(dxf, "font")[0] ?? "", elements(dxf, "fill")[0] ?? "");
    const format = elements(dxf, "numFmt")[0];
    if (format) style.format = attribute(format, "formatCode");
    return style;
  });
  return { styles, special };
}

/**
 * @param {string} xml of a worksheet
 * @param {Style[]} special
 * @returns {Rule[]}
 */
const rulesOf = (xml, special) =>
  elements(xml, "conditionalFormatting")
    .flatMap((block) =>
      elements(block, "cfRule").map((rule) => ({
        ranges: rangesOf(attribute(block, "sqref")),
        type: attribute(rule, "type"),
        priority: Number(attribute(rule, "priority")),
        formulas: elements(rule, "formula").map((f) => unescaped(inner(f))),
        style: special[Number(attribute(rule, "dxfId", "-1"))] ?? {},
        colors: elements(rule, "color").map(colorOf),
        points: elements(rule, "cfvo").map(
          (p) => /** @type {[string, string]} */ ([attribute(p, "type"), attribute(p, "val")]),
        ),
      })),
    )
    .sort((a, b) => a.priority - b.priority);

/**
 * @param {string} xml of a worksheet
 * @param {string[]} shared texts
 * @returns {Cell[]}
 */
function cellsOf(xml, shared) {
  const found = [],
    cell = /<c\s([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g;
  /** @type {Map<string, {formula: string, from: number[]}>} */
  const masters = new Map();
  for (let match; (match = cell.exec(xml)); ) {
    const [, head, body = ""] = match;
    const place = /\br="([A-Z]+)(\d+)"/.exec(head);
    if (!place) continue;
    const type = /\bt="(\w+)"/.exec(head)?.[1] ?? "n";
    const style = Number(/\bs="(\d+)"/.exec(head)?.[1] ?? 0);
    const [, how = "", text = ""] = /<f\b([^>]*?)(?:\/>|>([\s\S]*?)<\/f>)/.exec(body) ?? [];
    const stored = unescaped(/<v>([\s\S]*?)<\/v>/.exec(body)?.[1] ?? "");
    const row = Number(place[2]),
      column = columnNumber(place[1]);
    /** @type {Cell} */
    const one = { row, column, value: null, formula: unescaped(text), style };
    const key = /\bsi="(\d+)"/.exec(how)?.[1];
    if (/\bt="array"/.test(how)) [one.fills] = rangesOf(attribute(how, "ref"));
    if (key && text) masters.set(key, { formula: one.formula, from: [row, column] });
    else if (key) Object.assign(one, masters.get(key));
    one.value = stored === "" ? null : Number(stored);
    if (type === "inlineStr") one.value = body ? plain(body) : null;
    else if (type === "s") one.value = shared[Number(stored)] ?? "";
    else if (type === "str") one.value = stored;
    else if (type === "b") one.value = stored === "1";
    else if (type === "e") one.value = new CellError(stored);
    found.push(one);
  }
  return found;
}

/**
 * @param {Uint8Array} file
 * @returns {Promise<Workbook>}
 */
export async function read(file) {
  const entries = entriesOf(file);
  const part = async (/** @type {string} */ name) => unprefixed(await textOf(entries.get(name)));
  const book = await part("xl/workbook.xml"),
    relations = await part("xl/_rels/workbook.xml.rels");
  const { styles, special } = stylesOf(await part("xl/styles.xml"));
  const shared = elements(await part("xl/sharedStrings.xml"), "si").map(plain);
  const targets = targetsOf(relations, "xl/");
  /** @type {Page[]} */
  const pages = [];
  for (const sheet of elements(book, "sheet")) {
    const path = targets.get(attribute(sheet, "r:id")) ?? "";
    const xml = await part(path);
    const [pane = ""] = elements(xml, "pane"),
      isFrozen = attribute(pane, "state") === "frozen",
      rows = [...xml.matchAll(/<row\s[^>]*(?: ht="| hidden="1")[^>]*>/g)].map(([row]) => row);
    const related = targetsOf(
      await part(path.replace(/([^/]*)$/, "_rels/$1.rels")),
      "xl/worksheets/",
    );
    /** @type {(tag: string, name: string, usual: number) => number} */
    const numberOf = (tag, name, usual) => Number(attribute(tag, name, String(usual)));
    pages.push({
      title: attribute(sheet, "name"),
      hidden: !["", "visible"].includes(attribute(sheet, "state")),
      part: path,
      cells: cellsOf(xml, shared),
      width: numberOf(elements(xml, "sheetFormatPr")[0] ?? "", "defaultColWidth", 8.43),
      widths: elements(xml, "col").map((col) => {
        const width = attribute(col, "hidden") === "1" ? 0 : numberOf(col, "width", 8.43);
        return [numberOf(col, "min", 1), numberOf(col, "max", 1), width];
      }),
      heights: new Map(
        rows
          .filter((row) => row.includes(" ht="))
          .map((row) => [numberOf(row, "r", 1), numberOf(row, "ht", 15)]),
      ),
      hiddenRows: new Set(
        rows.filter((row) => attribute(row, "hidden") === "1").map((row) => numberOf(row, "r", 1)),
      ),
      merges: elements(xml, "mergeCell").flatMap((merge) => rangesOf(attribute(merge, "ref"))),
      rules: rulesOf(xml, special),
      choices: elements(xml, "dataValidation").map((each) => ({
        ranges: rangesOf(attribute(each, "sqref")),
        type: attribute(each, "type"),
        operator: attribute(each, "operator", "between"),
        formulas: [...elements(each, "formula1"), ...elements(each, "formula2")].map((f) =>
          unescaped(inner(f)),
        ),
        error: attribute(each, "showErrorMessage") === "1" ? attribute(each, "error") : "",
      })),
      links: new Map(
        elements(xml, "hyperlink")
          .filter((link) => attribute(link, "location"))
          .map((link) => [attribute(link, "ref"), attribute(link, "location")]),
      ),
      frozen: isFrozen ? [numberOf(pane, "ySplit", 0), numberOf(pane, "xSplit", 0)] : [0, 0],
      drawing: related.get(attribute(elements(xml, "drawing")[0] ?? "", "r:id")) ?? "",
    });
  }
  const names = new Map(
    elements(book, "definedName").map((name) => [
      attribute(name, "name").toLowerCase(),
      unescaped(inner(name)),
    ]),
  );
  return { entries, pages, styles, names };
}

/**
 * Return the heights of rows; one without a height is as high as its wrapped texts, as in Excel.
 * @param {Pick<Page, "cells" | "heights" | "widths" | "width">} page
 * @param {Style[]} styles
 */
export function heightsOf({ cells, heights, widths, width }, styles) {
  const found = new Map(heights);
  for (const { row, column, value, style } of cells) {
    const { wrap, size = 11 } = styles[style] ?? {};
    if (!wrap || typeof value !== "string" || heights.has(row)) continue;
    const wide = widths.find(([from, to]) => column >= from && column <= to)?.[2] ?? width;
    const fit = Math.max(1, (wide * 11) / size);
    const long = (/** @type {string} */ line) =>
      line.length + (line.match(/[\u2e80-\uffef]/g) ?? []).length;
    const lines = value
      .split("\n")
      .reduce((sum, line) => sum + Math.max(1, Math.ceil(long(line) / fit)), 0);
    found.set(row, Math.max(found.get(row) ?? 15, lines * size * 1.3 + 2));
  }
  return found;
}

/**
 * @param {string} xml of relations
 * @param {string} folder from which they count
 * @returns {Map<string, string>}
 */
export const targetsOf = (xml, folder) =>
  new Map(
    elements(xml, "Relationship").map((each) => {
      const target = attribute(each, "Target");
      const steps = (target.startsWith("/") ? target.slice(1) : folder + target).split("/");
      /** @type {string[]} */
      const path = [];
      for (const step of steps) step === ".." ? path.pop() : path.push(step);
      return [attribute(each, "Id"), path.join("/")];
    }),
  );

/** @type {(value: Value) => [string, string]} */
function written(value) {
  if (typeof value === "boolean") return ["b", value ? "1" : "0"];
  if (value instanceof CellError) return ["e", value.code === "#CIRC!" ? "#REF!" : value.code];
  return typeof value === "string"
    ? ["str", escaped(value)]
    : ["n", value === null ? "" : String(value)];
}

/**
 * Write the workbook with its present values and with changed cells.
 * @param {Workbook} book
 * @param {(page: number, row: number, column: number) => Value} valueAt
 * @param {Map<string, string>} formulas typed formulas, by page, row and column joined with commas
 * @returns {Promise<Blob>}
 */
export async function saved({ entries, pages }, valueAt, formulas) {
  const now = new Map(entries);
  for (const [index, page] of pages.entries()) {
    const xml = unprefixed(await textOf(entries.get(page.part)));
    const text = xml.replace(/<c\s([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g, (all, head, body = "") => {
      const place = /\br="([A-Z]+)(\d+)"/.exec(head);
      if (!place) return all;
      const [row, column] = [Number(place[2]), columnNumber(place[1])];
      const typed = formulas.get(`${index},${row},${column}`);
      const formula =
        typed === undefined
          ? (/<f\b[^>]*?(?:\/>|>[\s\S]*?<\/f>)/.exec(body)?.[0] ?? "")
          : typed && `<f>${escaped(typed)}</f>`;
      const value = valueAt(index, row, column);
      if (
        !formula &&
        (value === null || typeof value === "string") &&
        !typed &&
        /\bt="(inlineStr|s)"/.test(head)
      ) {
        const same = /\bt="s"/.test(head) || value === null || plain(body) === value;
        if (same) return all;
        return `<c ${head}><is><t xml:space="preserve">${escaped(value ?? "")}</t></is></c>`.replace(
          /\bt="s"/,
          't="inlineStr"',
        );
      }
      const [type, shown] = written(value);
      const rest = `${head.replace(/\s*\bt="\w*"/, "")} t="${type}"`;
      return `<c ${rest}>${formula}${value === null ? "" : `<v>${shown}</v>`}</c>`;
    });
    if (text !== xml) now.set(page.part, await packed(page.part, text));
  }
  return archive(now.values());
}
