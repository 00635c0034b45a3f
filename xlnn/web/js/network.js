/** @file Draw the network from the cells of its weights, activations and data. */
import { cellOf, facts, inWords, quantities, say, symbolOf } from "./cells.js";
import { colour, Drawing, grey } from "./svg.js";

/**
 * @typedef {import("./cells.js").Place} Place
 * @typedef {Record<string, Float64Array>} Arrays by the name of the quantity
 */

const NET_WIDTH = 760,
  NET_HEIGHT = 430,
  TOP = 40,
  MOST_UNITS = 16,
  MOST_MAPS = 6,
  MOST_CROWDED = 44; // between units, if a number is to have room

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
    const { layers, samples } = /** @type {import("./cells.js").Checked} */ (facts.network);
    this.layers = layers;
    this.samples = samples[""];
    this.shapes = [layers[0].below, ...layers.map(({ shape }) => shape)];
    /** @type {string[]} the quantities that it draws */
    this.names = ["x", "t"];
    for (const { name } of layers)
      for (const kind of ["W", "b", "gain", "shift", "a"]) this.names.push(partOf(kind + name)[0]);
    this.names = this.names.filter((name) => quantities.has(name));
  }

  /**
   * Return an entry of an array: its value, its cell and both in words.
   * @param {Arrays} arrays
   * @param {string} name
   * @param {number[]} before the indices along the axes
   * @param {number} unit
   */
  entry(arrays, name, before, unit) {
    const [of, first] = partOf(name),
      quantity = /** @type {import("./cells.js").Quantity} */ (quantities.get(of));
    const index = [...before, ...indexOf(first + unit, quantity.lengths.slice(before.length))];
    const value = arrays[of][index.reduce((at, each, n) => at * quantity.lengths[n] + each, 0)];
    const label = `${symbolOf(quantity, index)} = ${inWords(value)}`;
    return { value, place: cellOf(quantity, index), label };
  }

  /** @type {(layer: number) => {rows: number, columns: number, maps: number, side: number}} of its maps */
  maps(layer) {
    const [rows, columns] = this.shapes[layer].slice(-2),
      maps = this.shapes[layer].length > 2 ? Math.min(MOST_MAPS, this.shapes[layer][0]) : 1;
    return { rows, columns, maps, side: Math.min(16, (NET_HEIGHT - TOP) / (maps * (rows + 1))) };
  }

  /** @type {(layer: number) => number} how many of its units are drawn */
  shown(layer) {
    const { rows, columns, maps } = this.maps(layer);
    return this.shapes[layer].length > 1
      ? rows * columns * maps
      : Math.min(MOST_UNITS, this.shapes[layer][0]);
  }

  /** @type {(layer: number, unit: number) => [number, number]} the middle of a unit */
  at(layer, unit) {
    const hasPicture = facts.picture[0] > 1 && this.shapes[0].length === 1,
      left = hasPicture ? 200 : facts.features.length ? 150 : 70,
      across = left + ((NET_WIDTH - 190 - left) * layer) / this.layers.length,
      middle = TOP + (NET_HEIGHT - TOP) / 2;
    if (this.shapes[layer].length > 1) {
      const { rows, columns, maps, side } = this.maps(layer);
      const row = Math.floor(unit / columns),
        down = row + Math.floor(row / rows) - (maps * (rows + 1)) / 2 + 1;
      return [across + ((unit % columns) - (columns - 1) / 2) * side, middle + down * side];
    }
    return [across, middle + (unit - (this.shown(layer) - 1) / 2) * this.gap(layer)];
  }

  /** @type {(layer: number) => number} from one unit to the next */
  gap(layer) {
    return Math.min(76, (NET_HEIGHT - TOP - 20) / this.shown(layer));
  }

  /**
   * @param {Arrays} arrays
   * @param {number} epoch from 0
   * @param {number} sample from 0
   */
  draw(arrays, epoch, sample) {
    const { drawing, layers, shapes } = this,
      last = layers.length;
    drawing.clear();
    layers.forEach((layer, n) => this.weights(arrays, epoch, layer, n));
    if (facts.picture[0] > 1 && shapes[0].length === 1) this.picture(arrays, sample);
    for (let layer = 0; layer <= last; layer++) {
      const name = layer ? layers[layer - 1].name : "",
        isMap = shapes[layer].length > 1,
        [bias] = ["b", "shift"].filter((kind) => quantities.has(partOf(kind + name)[0]));
      for (let k = 0; k < this.shown(layer); k++) {
        const [x, y] = this.at(layer, k),
          unit = this.entry(
            arrays,
            layer ? `a${name}` : "x",
            layer ? [epoch, sample] : [sample],
            k,
          );
        if (isMap) {
          const { side } = this.maps(layer);
          drawing.square(
            x,
            y,
            side - 1,
            layer ? colour(unit.value) : grey(unit.value),
            "pixel",
            unit,
          );
          continue;
        }
        if (layer && bias) {
          const own = this.entry(arrays, bias + name, [epoch], k);
          drawing.square(x - 19, y + 14, 11, colour(own.value), "bias", own);
        }
        const isPixel = !layer && facts.picture[0] > 1;
        const radius = isPixel ? 8 : Math.min(layer ? 17 : 14, this.gap(layer) * 0.4);
        drawing.circle(x, y, radius, colour(unit.value), "unit", unit);
        if (isPixel) continue;
        const short = inWords(Number(unit.value.toPrecision(3)));
        if (!layer)
          drawing.text(
            x - 20,
            y + 4,
            "number end",
            (facts.features[k] ?? unit.label.split(" = ")[0]).slice(0, 16),
          );
        if (layer === last) {
          drawing.text(x + 26, y - 3, "number", short);
          this.target(arrays, sample, k, x, y);
        } else if (this.gap(layer) > MOST_CROWDED)
          drawing.text(x, y + radius + 13, "number middle", short);
      }
      const count = shapes[layer].reduce((product, length) => product * length, 1);
      const [x] = this.at(layer, isMap ? (this.maps(layer).columns - 1) / 2 : 0);
      if (layer && count > this.shown(layer))
        drawing.text(x, NET_HEIGHT - 2, "note middle", `… ${count}`);
      const { kind, activation } = layer ? layers[layer - 1] : { kind: "", activation: "" };
      drawing.text(
        x,
        16,
        "note middle",
        layer ? (kind.endsWith("pooling") ? kind : activation) : say("input_layer"),
      );
    }
    drawing.done();
  }

  /**
   * Draw what is between a layer and the one below: lines, of filters also their weights.
   * @param {Arrays} arrays
   * @param {number} epoch
   * @param {import("./reference.js").Layer} layer
   * @param {number} n the layer below
   */
  weights(arrays, epoch, { name, kind, size }, n) {
    const { drawing, shapes } = this;
    if (kind === "dense" || kind === "layernorm") {
      const weights = [],
        inputs = shapes[n].reduce((product, length) => product * length, 1);
      for (let k = 0; k < this.shown(n + 1); k++)
        for (let j = 0; j < this.shown(n); j++)
          if (kind === "dense")
            weights.push({ j, k, ...this.entry(arrays, `W${name}`, [epoch], k * inputs + j) });
          else if (j === k)
            weights.push({ j, k, ...this.entry(arrays, `gain${name}`, [epoch], k) });
      const most = Math.max(1e-9, ...weights.map(({ value }) => Math.abs(value) || 0));
      for (const { j, k, value, ...entry } of weights) {
        const [x1, y1] = this.at(n, j),
          [x2, y2] = this.at(n + 1, k),
          share = Math.abs(value) / most || 0,
          look = {
            stroke: value < 0 ? "#3B78B8" : "#D9793B",
            "stroke-width": 0.5 + 6 * share,
            "stroke-opacity": 0.35 + 0.5 * share,
          };
        drawing.add("line", { x1, y1, x2, y2, ...look });
        drawing.part("line", { x1, y1, x2, y2, class: "reach" }, entry);
      }
      return;
    }
    const { rows, columns, maps, side } = this.maps(n + 1),
      below = this.maps(n);
    for (let f = 0; f < maps; f++) {
      const [x2, y2] = this.at(n + 1, (f * rows + (rows - 1) / 2) * columns + (columns - 1) / 2);
      for (let m = 0; m < below.maps; m++) {
        const [x1, y1] = this.at(
          n,
          (m * below.rows + (below.rows - 1) / 2) * below.columns + (below.columns - 1) / 2,
        );
        if (kind === "convolution" || m === f)
          drawing.add("line", { x1, y1, x2, y2, class: "rule" });
      }
      if (kind !== "convolution") continue;
      const right = this.at(n, below.columns - 1)[0] + below.side / 2,
        middle = (right + this.at(n + 1, 0)[0] - side / 2) / 2,
        weights = Array.from({ length: size[0] * size[1] }, (_, w) =>
          this.entry(
            arrays,
            `W${name}`,
            [epoch],
            f * (partOf(`W${name}`)[2] / shapes[n + 1][0]) + w,
          ),
        ),
        most = Math.max(1e-9, ...weights.map(({ value }) => Math.abs(value) || 0));
      weights.forEach((weight, w) => {
        const x = middle + ((w % size[1]) - (size[1] - 1) / 2) * 10,
          y = y2 + (Math.floor(w / size[1]) - (size[0] - 1) / 2) * 10;
        drawing.square(x, y, 10, colour(weight.value / most), "pixel", weight);
      });
      const bias = this.entry(arrays, `b${name}`, [epoch], f);
      drawing.square(middle, y2 + 5 * size[0] + 9, 11, colour(bias.value), "bias", bias);
    }
  }

  /** @type {(arrays: Arrays, sample: number) => void} the image that the inputs are */
  picture(arrays, sample) {
    const [rows, columns] = facts.picture,
      side = Math.min(36, 140 / Math.max(rows, columns)),
      top = TOP + (NET_HEIGHT - TOP - (rows - 1) * side) / 2;
    for (let n = 0; n < rows * columns; n++) {
      const pixel = this.entry(arrays, "x", [sample], n),
        [x, y] = [14 + (n % columns) * side + side / 2, top + Math.floor(n / columns) * side];
      this.drawing.square(x, y, side - 1, grey(pixel.value), "pixel", pixel);
    }
  }

  /** @type {(arrays: Arrays, sample: number, k: number, x: number, y: number) => void} */
  target(arrays, sample, k, x, y) {
    const { drawing } = this,
      target = this.entry(arrays, "t", [sample], k);
    drawing.text(x + 26, y + 15, "note", facts.labels[k]?.slice(0, 14) ?? "");
    drawing.square(NET_WIDTH - 50, y, 24, colour(target.value), "target", target);
    if (k === 0) drawing.text(NET_WIDTH - 50, 16, "note middle", say("target"));
    drawing.text(
      NET_WIDTH - 32,
      y + 4,
      "number",
      inWords(Number((target.value || 0).toPrecision(3))),
    );
  }
}
