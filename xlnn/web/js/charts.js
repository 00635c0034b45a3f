/** @file Draw the cost curve, the decision map, and the scatter charts of a sheet. */
import { cellOf, inWords, quantities, say } from "./cells.js";
import { colour, Drawing } from "./svg.js";

/**
 * @typedef {import("./cells.js").Place} Place
 * @typedef {import("./cells.js").Quantity} Quantity
 */

const WIDTH = 380,
  HEIGHT = 200;

/** @type {(low: number, high: number) => number[]} three or four round numbers */
function ticks(low, high) {
  const rough = (high - low) / 3 || 1,
    power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step)
    found.push(Number(at.toPrecision(12)));
  return found;
}

/** The course of the cost: a point for each epoch. */
export class Curve {
  /**
   * @param {Quantity} quantity
   * @param {(place: Place) => void} show
   */
  constructor(quantity, show) {
    this.quantity = quantity;
    this.drawing = new Drawing(say("curve"), WIDTH, HEIGHT, show);
    /** @type {ArrayLike<number>} */
    this.before = [];
  }

  /**
   * @param {ArrayLike<number>} values
   * @param {number} epoch from 0
   */
  draw(values, epoch) {
    const { drawing, quantity } = this,
      list = Array.from(values);
    const known = [...list, ...Array.from(this.before)].filter(Number.isFinite);
    const low = Math.min(0, ...known),
      high = Math.max(...known) > low ? Math.max(...known) : low + 1,
      count = list.length;
    const x = (/** @type {number} */ n) => 44 + ((WIDTH - 60) * n) / Math.max(1, count - 1);
    const y = (/** @type {number} */ v) => HEIGHT - 30 - ((HEIGHT - 58) * (v - low)) / (high - low);
    const path = (/** @type {ArrayLike<number>} */ of) =>
      Array.from(of, (v, n) => (Number.isFinite(v) ? `${x(n)},${y(v)}` : ""))
        .filter(Boolean)
        .join(" ");
    drawing.clear();
    for (const tick of ticks(low, high)) {
      drawing.add("line", { x1: 44, x2: WIDTH - 16, y1: y(tick), y2: y(tick), class: "rule" });
      drawing.text(38, y(tick) + 4, "note end", inWords(tick));
    }
    const from = quantity.axes[0][1];
    for (const n of new Set([0, Math.round((count - 1) / 2), count - 1]))
      drawing.text(x(n), HEIGHT - 12, "note middle", String(n + from));
    drawing.text(44, 16, "note", `${quantity.units[0] || quantity.name}  ${quantity.title}`);
    if (this.before.length) drawing.add("polyline", { points: path(this.before), class: "before" });
    drawing.add("polyline", { points: path(list), class: "course" });
    const step = Math.max(1, Math.ceil(count / 60));
    list.forEach((value, n) => {
      if (!Number.isFinite(value) || (n % step && n !== epoch && n !== count - 1)) return;
      const [r, look] = n === epoch ? [6, "point now"] : [2.5, "point"];
      const label = `${quantity.axes[0][0]} ${n + from}: ${inWords(value)}`;
      drawing.circle(x(n), y(value), r, "", look, { place: cellOf(quantity, [n]), label });
    });
    drawing.done();
  }
}

/** What the network answers for each point of the plane of two inputs. */
export class DecisionMap {
  /** @param {(place: Place) => void} show */
  constructor(show) {
    this.drawing = new Drawing(say("map"), 300, 300, show);
    this.names = ["map_picture", "map_low", "map_high", "map_output", "x", "truth"].filter((name) =>
      quantities.has(name),
    );
  }

  /** @param {Record<string, Float64Array>} arrays */
  draw(arrays) {
    const { drawing } = this,
      picture = /** @type {Quantity} */ (quantities.get("map_picture"));
    const [rows, columns] = picture.lengths,
      side = 280 / columns,
      values = arrays.map_picture;
    const [least, most] = [Math.min(0, ...values), Math.max(1, ...values)];
    drawing.clear();
    values.forEach((value, n) => {
      const index = [Math.floor(n / columns), n % columns];
      const [x, y] = [10 + (index[1] + 0.5) * side, 10 + (index[0] + 0.5) * side],
        fill = colour((2 * (value - least)) / (most - least) - 1),
        entry = { place: cellOf(picture, index), label: inWords(value) };
      drawing.square(x, y, side + 0.3, fill, "tile", entry);
    });
    const x = quantities.get("x"),
      { map_low: low, map_high: high } = arrays;
    if (!x || !low) return drawing.done();
    for (let n = 0; n < x.lengths[0]; n++) {
      const [across, up] = [0, 1].map((k) => (arrays.x[2 * n + k] - low[k]) / (high[k] - low[k]));
      const isOwn = !arrays.truth || arrays.truth[n] === arrays.map_output?.[0];
      const cx = 10 + side / 2 + across * (280 - side),
        cy = 10 + side / 2 + (1 - up) * ((280 * rows) / columns - side),
        entry = { place: cellOf(x, [n, 0]), label: say("row", { number: n + 1 }) };
      drawing.circle(cx, cy, 4, isOwn ? "#B4560F" : "#245A94", "sample", entry);
    }
    return drawing.done();
  }
}

let clips = 0;

/**
 * Draw a scatter chart of a sheet.
 * @param {import("./chart_parts.js").Chart} chart
 * @param {number} width
 * @param {number} height
 * @param {(import("./cells.js").Sent[])[]} values x, y and labels of each series
 */
export function scatter(chart, width, height, values) {
  const { series } = chart,
    drawing = new Drawing(chart.title || say("chart"), width, height, () => {});
  drawing.svg.setAttribute("role", "img");
  const points = series.map((_, n) => {
    const [xs, ys, labels] = values.slice(3 * n, 3 * n + 3);
    return (ys ?? []).map((v, k) => ({ x: xs?.length ? xs[k] : k + 1, y: v, label: labels?.[k] }));
  });
  const isKnown = (/** @type {any} */ p) => typeof p.x === "number" && typeof p.y === "number";
  const all = points.flat().filter(isKnown);
  const range = (/** @type {"x" | "y"} */ along) => {
    const held = all.map((p) => Number(p[along])),
      axis = chart[along];
    const high = Math.max(...held),
      least = Math.min(...held);
    const low = along === "y" && least > 0 && least < high / 2 ? 0 : least;
    const room = axis.hidden ? 0 : (high - low) * 0.04;
    return [axis.min ?? low - (low === 0 ? 0 : room), axis.max ?? high + room];
  };
  const [x0, x1] = all.length ? range("x") : [0, 1],
    [y0, y1] = all.length ? range("y") : [0, 1];
  const [x, y, w, h] = chart.plot;
  const top = y === null ? (chart.title ? 30 : 10) : y * height,
    left = x === null ? (chart.y.hidden ? 10 : 46) : x * width,
    right = x === null || w === null ? 12 : width * (1 - x - w),
    usual = chart.x.hidden ? 10 : chart.x.title ? 40 : 26,
    bottom = y === null || h === null ? usual : height * (1 - y - h);
  const px = (/** @type {number} */ v) =>
    left + ((v - x0) / (x1 - x0 || 1)) * (width - left - right);
  const py = (/** @type {number} */ v) =>
    height - bottom - ((v - y0) / (y1 - y0 || 1)) * (height - top - bottom);
  const id = `plot${++clips}`;
  const inside = { x: left, y: top, width: width - left - right, height: height - top - bottom };
  drawing.add("clipPath", { id }).append(drawing.add("rect", inside));
  if (chart.title) drawing.text(width / 2, 18, "middle title", chart.title);
  if (!chart.y.hidden)
    for (const tick of ticks(y0, y1)) {
      const [x2, y1] = [width - right, py(tick)];
      drawing.add("line", { x1: left, x2, y1, y2: y1, class: "rule" });
      drawing.text(left - 5, py(tick) + 4, "note end", inWords(tick));
    }
  if (!chart.x.hidden)
    for (const tick of ticks(x0, x1))
      drawing.text(px(tick), height - bottom + 14, "note middle", inWords(tick));
  if (chart.x.title && !chart.x.hidden)
    drawing.text(width / 2, height - 6, "note middle", chart.x.title);
  series.forEach((each, n) => {
    let path = "";
    for (const p of points[n])
      path += isKnown(p)
        ? `${path.endsWith(" ") || !path ? "M" : "L"}${px(Number(p.x))},${py(Number(p.y))}`
        : " ";
    if (!each.noLine && path.trim())
      drawing.add("path", {
        d: path.trim(),
        fill: "none",
        "clip-path": `url(#${id})`,
        stroke: each.color,
        "stroke-width": Math.max(0.75, each.width),
        "stroke-dasharray": each.dash ? "4 3" : "none",
      });
    for (const p of points[n].filter(isKnown)) {
      const [cx, cy, r] = [px(Number(p.x)), py(Number(p.y)), (each.size * 2) / 3];
      const look = { fill: each.fill, stroke: "#52606D", "stroke-width": 0.5 };
      if (each.marker === "square")
        drawing.add("rect", { x: cx - r, y: cy - r, width: 2 * r, height: 2 * r, ...look });
      else if (each.marker !== "none") drawing.add("circle", { cx, cy, r, ...look });
      if (p.label !== undefined && p.label !== null)
        drawing.text(cx, cy + 4, "note middle", String(p.label));
    }
  });
  return drawing.svg;
}
