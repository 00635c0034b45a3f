/** @file Draw the network from the cells of its weights, activations and data. */
import { cellOf, facts, inWords, quantities, say, symbolOf } from "./cells.js";
import { colour, Drawing } from "./svg.js";

/**
 * @typedef {import("./cells.js").Place} Place
 * @typedef {Record<string, Float64Array>} Arrays by the name of the quantity
 */

const NET_WIDTH = 760,
  NET_HEIGHT = 430,
  TOP = 40,
  MOST_UNITS = 16;

/** @type {(name: string) => [string, number, number]} the quantity, first unit and size of an array */
export function partOf(name) {
  const part = facts.network?.parts[name];
  if (part) return part;
  const quantity = quantities.get(name);
  const own = quantity ? quantity.lengths.slice(quantity.axes.length) : [];
  return [name, 0, own.reduce((product, length) => product * length, 1)];
}

/** @type {(flat: number, lengths: number[]) => number[]} */
export function indexOf(flat, lengths) {
  const index = [];
  for (let n = lengths.length - 1; n >= 0; n--) {
    index.unshift(flat % lengths[n]);
    flat = Math.floor(flat / lengths[n]);
  }
  return index;
}

/** A network, as it is in one epoch with one sample. */
export class NetworkDrawing {
  /** @param {(place: Place) => void} show */
  constructor(show) {
    this.drawing = new Drawing(say("network"), NET_WIDTH, NET_HEIGHT, show);
    this.network = /** @type {import("./cells.js").Checked} */ (facts.network);
    const x = /** @type {import("./cells.js").Quantity} */ (quantities.get("x"));
    this.samples = x.lengths[0];
    this.sizes = [x.lengths[1], ...this.network.layers.map(({ name }) => partOf(`b${name}`)[2])];
  }

  /** @returns {string[]} the quantities that it draws */
  get names() {
    const names = this.network.layers.flatMap(({ name }) =>
      ["W", "b", "a"].map((kind) => partOf(kind + name)[0]),
    );
    return [...new Set(["x", "t", ...names])];
  }

  /**
   * Return an entry of an array: its value and its cell.
   * @param {Arrays} arrays
   * @param {string} name
   * @param {number[]} before the indices along the axes
   * @param {number} unit
   */
  entry(arrays, name, before, unit) {
    const [of, first] = partOf(name),
      quantity = /** @type {import("./cells.js").Quantity} */ (quantities.get(of));
    const own = quantity.lengths.slice(quantity.axes.length);
    const size = own.reduce((product, length) => product * length, 1);
    const index = [...before, ...indexOf(first + unit, own)];
    const at =
      before.reduce((sum, each, n) => sum * quantity.lengths[n] + each, 0) * size + first + unit;
    const value = arrays[of][at];
    return {
      value,
      place: cellOf(quantity, index),
      label: `${symbolOf(quantity, index)} = ${inWords(value)}`,
    };
  }

  /** @type {(layer: number, unit: number) => [number, number]} */
  at(layer, unit) {
    const count = Math.min(MOST_UNITS, this.sizes[layer]),
      hasPicture = facts.picture[0] > 1;
    const left = hasPicture ? 200 : facts.features.length ? 150 : 70,
      right = NET_WIDTH - 190;
    const gap = Math.min(76, (NET_HEIGHT - TOP - 20) / count);
    const across = left + ((right - left) * layer) / (this.sizes.length - 1);
    return [across, TOP + (NET_HEIGHT - TOP) / 2 + (unit - (count - 1) / 2) * gap];
  }

  /**
   * @param {Arrays} arrays
   * @param {number} epoch from 0
   * @param {number} sample from 0
   */
  draw(arrays, epoch, sample) {
    const { drawing, network, sizes } = this;
    drawing.clear();
    network.layers.forEach(({ name }, n) => {
      const weights = [];
      for (let k = 0; k < Math.min(MOST_UNITS, sizes[n + 1]); k++)
        for (let j = 0; j < Math.min(MOST_UNITS, sizes[n]); j++)
          weights.push({ j, k, ...this.entry(arrays, `W${name}`, [epoch], k * sizes[n] + j) });
      const most = Math.max(
        1e-9,
        ...weights.map(({ value }) => Math.abs(value)).filter(Number.isFinite),
      );
      for (const { j, k, value, place, label } of weights) {
        const [x1, y1] = this.at(n, j),
          [x2, y2] = this.at(n + 1, k),
          share = Math.abs(value) / most || 0;
        const line = { x1, y1, x2, y2 };
        drawing.add("line", {
          ...line,
          stroke: value < 0 ? "#3B78B8" : "#D9793B",
          "stroke-width": 0.5 + 6 * share,
          "stroke-opacity": 0.35 + 0.5 * share,
        });
        drawing.part("line", { ...line, class: "reach" }, place, label);
      }
    });
    this.inputs(arrays, sample);
    network.layers.forEach(({ name, activation }, n) => {
      for (let k = 0; k < Math.min(MOST_UNITS, sizes[n + 1]); k++) {
        const [x, y] = this.at(n + 1, k),
          isLast = n === network.layers.length - 1;
        const bias = this.entry(arrays, `b${name}`, [epoch], k),
          unit = this.entry(arrays, `a${name}`, [epoch, sample], k);
        drawing.part(
          "rect",
          {
            x: x - 25,
            y: y + 9,
            width: 11,
            height: 11,
            rx: 2,
            fill: colour(bias.value),
            class: "bias",
          },
          bias.place,
          bias.label,
        );
        drawing.part(
          "circle",
          {
            cx: x,
            cy: y,
            r: 17,
            fill: colour(activation === "tanh" ? unit.value : Math.min(1, unit.value)),
            class: "unit",
          },
          unit.place,
          unit.label,
        );
        drawing.add(
          "text",
          {
            x: x + (isLast ? 26 : 0),
            y: y + (isLast ? -3 : 30),
            class: isLast ? "number" : "number middle",
          },
          inWords(Number(unit.value.toPrecision(3))),
        );
        if (isLast) this.target(arrays, sample, k, x, y);
      }
      if (sizes[n + 1] > MOST_UNITS)
        drawing.add(
          "text",
          { x: this.at(n + 1, 0)[0], y: NET_HEIGHT - 2, class: "note middle" },
          `… ${sizes[n + 1]}`,
        );
    });
    [say("input_layer"), ...network.layers.map(({ activation }) => activation)].forEach((text, n) =>
      drawing.add("text", { x: this.at(n, 0)[0], y: 16, class: "note middle" }, text),
    );
    drawing.done();
  }

  /** @type {(arrays: Arrays, sample: number) => void} */
  inputs(arrays, sample) {
    const { drawing, sizes } = this,
      [rows, columns] = facts.picture;
    if (rows > 1) {
      const side = Math.min(36, 140 / Math.max(rows, columns)),
        top = TOP + (NET_HEIGHT - TOP - rows * side) / 2;
      for (let n = 0; n < sizes[0]; n++) {
        const { value, place, label } = this.entry(arrays, "x", [sample], n),
          shade = Math.round(255 - 224 * Math.max(0, Math.min(1, value || 0)));
        drawing.part(
          "rect",
          {
            x: 14 + (n % columns) * side,
            y: top + Math.floor(n / columns) * side,
            width: side - 1,
            height: side - 1,
            fill: `rgb(${shade},${shade + 4},${shade + 8})`,
            class: "pixel",
          },
          place,
          label,
        );
      }
    }
    for (let n = 0; n < Math.min(MOST_UNITS, sizes[0]); n++) {
      const { value, place, label } = this.entry(arrays, "x", [sample], n),
        [x, y] = this.at(0, n);
      drawing.part(
        "circle",
        { cx: x, cy: y, r: rows > 1 ? 8 : 14, fill: colour(value), class: "unit" },
        place,
        label,
      );
      if (rows > 1) continue;
      drawing.add(
        "text",
        { x: x - 20, y: y + 4, class: "number end" },
        (facts.features[n] ?? label.split(" = ")[0]).slice(0, 16),
      );
      drawing.add(
        "text",
        { x, y: y + 27, class: "number middle" },
        inWords(Number(value.toPrecision(3))),
      );
    }
  }

  /** @type {(arrays: Arrays, sample: number, k: number, x: number, y: number) => void} */
  target(arrays, sample, k, x, y) {
    const { value, place, label } = this.entry(arrays, "t", [sample], k);
    this.drawing.add(
      "text",
      { x: x + 26, y: y + 15, class: "note" },
      facts.labels[k]?.slice(0, 14) ?? "",
    );
    this.drawing.part(
      "rect",
      {
        x: NET_WIDTH - 62,
        y: y - 12,
        width: 24,
        height: 24,
        rx: 4,
        fill: colour(value),
        class: "target",
      },
      place,
      label,
    );
    if (k === 0)
      this.drawing.add("text", { x: NET_WIDTH - 50, y: 16, class: "note middle" }, say("target"));
    this.drawing.add(
      "text",
      { x: NET_WIDTH - 32, y: y + 4, class: "number" },
      inWords(Number((value || 0).toPrecision(3))),
    );
  }
}
