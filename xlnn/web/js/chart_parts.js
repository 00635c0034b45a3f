/** @file Read the scatter charts of a sheet. */
import { textOf } from "./archive.js";
import { attribute, elements, inner, targetsOf, unescaped } from "./book.js";

/**
 * @typedef {{name: string, x: string, y: string, labels: string, color: string, width: number, dash: boolean,
 *   marker: string, size: number, fill: string, noLine: boolean}} Series
 * @typedef {{min?: number, max?: number, title: string, hidden: boolean}} AxisFacts
 * @typedef {{row: number, column: number, right: number, down: number}} Corner a cell, and how far
 *   into it
 * @typedef {{from: Corner, to: Corner | null, width: number, height: number,
 *   plot: (number | null)[], isClear: boolean, title: string, series: Series[], x: AxisFacts,
 *   y: AxisFacts}} Chart
 */

const POINT = 9525; // units of a drawing in a pixel

/** @param {string} xml */
const textIn = (xml) =>
  elements(xml, "a:t")
    .map((t) => unescaped(inner(t)))
    .join("");

/** @type {(xml: string, tag: string) => string} */
const firstOf = (xml, tag) => elements(xml, tag)[0] ?? "";

/** @param {string} xml of one series; @returns {Series} */
function seriesOf(xml) {
  const marker = firstOf(xml, "c:marker");
  const own = firstOf(xml.replace(marker, ""), "c:spPr"),
    line = firstOf(own, "a:ln");
  const colour = (/** @type {string} */ part) => attribute(firstOf(part, "a:srgbClr"), "val");
  const reference = (/** @type {string} */ tag) =>
    unescaped(inner(firstOf(firstOf(xml, tag), "c:f")));
  const labels = firstOf(xml, "c15:f");
  return {
    name: textIn(firstOf(xml, "c:tx")) || unescaped(inner(firstOf(firstOf(xml, "c:tx"), "c:v"))),
    x: reference("c:xVal"),
    y: reference("c:yVal"),
    labels: labels ? unescaped(inner(labels)) : "",
    color: colour(line) ? `#${colour(line)}` : "#334E68",
    width: Number(attribute(line, "w", "9525")) / POINT,
    dash: !["", "solid"].includes(attribute(firstOf(line, "a:prstDash"), "val")),
    noLine: line.includes("<a:noFill"),
    marker: attribute(firstOf(marker, "c:symbol"), "val", "none"),
    size: Number(attribute(firstOf(marker, "c:size"), "val", "5")),
    fill: colour(firstOf(marker, "c:spPr").replace(firstOf(marker, "a:ln"), ""))
      ? `#${colour(firstOf(marker, "c:spPr").replace(firstOf(marker, "a:ln"), ""))}`
      : "#FFFFFF",
  };
}

/** @param {string | undefined} xml; @returns {AxisFacts} */
function axisOf(xml = "") {
  const number = (/** @type {string} */ tag) =>
    firstOf(xml, tag) ? Number(attribute(firstOf(xml, tag), "val")) : undefined;
  return {
    min: number("c:min"),
    max: number("c:max"),
    title: textIn(firstOf(xml, "c:title")),
    hidden: attribute(firstOf(xml, "c:delete"), "val", "0") === "1",
  };
}

/** @type {(xml: string) => Corner} */
function cornerOf(xml) {
  const number = (/** @type {string} */ tag) => Number(inner(firstOf(xml, `xdr:${tag}`)));
  const [row, column] = [number("row") + 1, number("col") + 1];
  return { row, column, right: number("colOff") / POINT, down: number("rowOff") / POINT };
}

/**
 * @param {import("./book.js").Workbook} book
 * @param {string} drawing the name of its part; "" if a sheet has none
 * @returns {Promise<Chart[]>}
 */
export async function drawingOf({ entries }, drawing) {
  const xml = await textOf(entries.get(drawing));
  const targets = targetsOf(
    await textOf(entries.get(drawing.replace(/([^/]*)$/, "_rels/$1.rels"))),
    "xl/drawings/",
  );
  const charts = [];
  for (const anchor of [
    ...elements(xml, "xdr:oneCellAnchor"),
    ...elements(xml, "xdr:twoCellAnchor"),
  ]) {
    const chart = await textOf(
      entries.get(targets.get(attribute(firstOf(anchor, "c:chart"), "r:id")) ?? ""),
    );
    if (!chart.includes("<c:scatterChart>")) continue;
    const size = firstOf(anchor, "xdr:ext"),
      outside = chart.replace(/<c:chart>[\s\S]*<\/c:chart>/, "");
    const [x, y] = elements(chart, "c:valAx");
    const plot = firstOf(firstOf(chart, "c:plotArea"), "c:manualLayout");
    charts.push({
      from: cornerOf(firstOf(anchor, "xdr:from")),
      to: size ? null : cornerOf(firstOf(anchor, "xdr:to")),
      width: Number(attribute(size, "cx", "0")) / POINT,
      height: Number(attribute(size, "cy", "0")) / POINT,
      plot: ["x", "y", "w", "h"].map((side) => {
        const stated = attribute(firstOf(plot, `c:${side}`), "val");
        return stated ? Number(stated) : null;
      }),
      isClear: firstOf(outside, "c:spPr").includes("<a:noFill/>"),
      title: textIn(firstOf(chart.replace(/<c:plotArea>[\s\S]*/, ""), "c:title")),
      series: elements(chart, "c:ser").map(seriesOf),
      x: axisOf(x),
      y: axisOf(y),
    });
  }
  return charts;
}
