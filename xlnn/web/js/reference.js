/**
 * @file Train a network of dense layers, as a second statement of what its workbook computes.
 *
 * It knows no cell and no formula: only the book's equations (Book: 3-4, 4-1 to 4-4), and those of
 * the optimisers. The letters are the book's.
 */

/**
 * @typedef {{layers: {name: string, activation: string}[], cost: string, optimizer: string,
 *   l2: boolean, epochs: number}} Network
 * @typedef {Record<string, ArrayLike<number>>} Arrays
 * @typedef {Record<string, number[]>} Run
 */

/** @type {(z: number) => number} */
const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const ROUNDED = 1e12; // a relu unit is off where z is 0 to 12 decimals

/** @type {(name: string) => number} */
const leak = (name) =>
  name === "relu" ? 0 : Number(name.replace("leaky relu", "").trim() || 0.01);

/** @type {(name: string, z: number[]) => number[]} */
function activated(name, z) {
  if (name === "sigmoid") return z.map(sigmoid);
  if (name === "tanh") return z.map(Math.tanh);
  if (name === "linear") return z;
  if (name === "softplus")
    return z.map((v) => Math.max(v, 0) + Math.log(1 + Math.exp(-Math.abs(v))));
  if (name === "softmax") {
    const most = Math.max(...z),
      powers = z.map((v) => Math.exp(v - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((v) => v / sum);
  }
  return z.map((v) => (isOn(v) ? v : leak(name) * v));
}

/** @type {(z: number) => boolean} */
const isOn = (z) => Math.round(z * ROUNDED) > 0;

/** @type {(name: string, z: number, a: number) => number} */
function slopeOf(name, z, a) {
  if (name === "sigmoid") return a * (1 - a);
  if (name === "tanh") return 1 - a * a;
  if (name === "softplus") return sigmoid(z);
  return name === "linear" || isOn(z) ? 1 : leak(name);
}

/** @type {(cost: string, t: number[], z: number[], a: number[]) => number} */
function costOf(cost, t, z, a) {
  const sum = (/** @type {(k: number) => number} */ of) =>
    t.reduce((total, _, k) => total + of(k), 0);
  if (cost === "squared error") return sum((k) => (t[k] - a[k]) ** 2) / 2;
  if (cost === "cross-entropy")
    return sum((k) => Math.max(z[k], 0) - t[k] * z[k] + Math.log(1 + Math.exp(-Math.abs(z[k]))));
  const most = Math.max(...z),
    log = Math.log(z.reduce((total, v) => total + Math.exp(v - most), 0));
  return sum((k) => t[k] * (log + most - z[k]));
}

/** @type {(values: ArrayLike<number>, from: number, count: number) => number[]} */
const part = (values, from, count) => Array.from({ length: count }, (_, n) => values[from + n]);

/**
 * Train the network from its inputs, targets, settings and start.
 * @param {Network} network
 * @param {Arrays} given x, t, eta, the constants of the optimiser, and W and b of each layer, of
 *   which the first entry is the start
 * @param {number} samples
 * @returns {Run} every quantity by its name, over all epochs
 */
export function trained(network, given, samples) {
  const { layers, cost, optimizer, epochs } = network;
  /** @type {Run} */
  const run = {};
  /** @type {(name: string, ...values: number[]) => void} */
  const note = (name, ...values) => {
    (run[name] ??= []).push(...values);
  };
  const sizes = [given.x.length / samples, ...layers.map(({ name }) => given[`b${name}`].length)];
  const step = stepper(optimizer, (name) => given[name][0]);
  const W = layers.map(({ name }, n) => part(given[`W${name}`], 0, sizes[n] * sizes[n + 1]));
  const b = layers.map(({ name }, n) => part(given[`b${name}`], 0, sizes[n + 1]));
  const l2 = network.l2 ? given.l2[0] : 0;
  for (let epoch = 0; epoch <= epochs; epoch++) {
    layers.forEach(({ name }, n) => {
      note(`W${name}`, ...W[n]);
      note(`b${name}`, ...b[n]);
    });
    const dW = W.map((w) => w.map(() => 0)),
      db = b.map((v) => v.map(() => 0));
    let total = 0;
    for (let i = 0; i < samples; i++) {
      const t = part(given.t, i * sizes[sizes.length - 1], sizes[sizes.length - 1]);
      const a = [part(given.x, i * sizes[0], sizes[0])],
        z = [/** @type {number[]} */ ([])];
      layers.forEach(({ name, activation }, n) => {
        z.push(
          b[n].map((bias, k) => a[n].reduce((sum, v, j) => sum + v * W[n][k * sizes[n] + j], bias)),
        );
        a.push(activated(activation, z[n + 1]));
        note(`z${name}`, ...z[n + 1]);
        note(`a${name}`, ...a[n + 1]);
      });
      const last = layers.length,
        C = costOf(cost, t, z[last], a[last]);
      note("C", C);
      total += C;
      let delta = a[last].map(
        (v, k) =>
          (v - t[k]) *
          (cost === "squared error" ? slopeOf(layers[last - 1].activation, z[last][k], v) : 1),
      );
      for (let n = last - 1; n >= 0; n--) {
        note(`delta${layers[n].name}`, ...delta);
        delta.forEach((d, k) => {
          db[n][k] += d;
          a[n].forEach((v, j) => (dW[n][k * sizes[n] + j] += d * v));
        });
        if (n === 0) break;
        const above = delta;
        delta = a[n].map(
          (v, j) =>
            slopeOf(layers[n - 1].activation, z[n][j], v) *
            above.reduce((sum, d, k) => sum + d * W[n][k * sizes[n] + j], 0),
        );
      }
    }
    const penalty = (l2 / 2) * W.flat().reduce((sum, w) => sum + w * w, 0);
    note("C_T", total + penalty);
    layers.forEach(({ name }, n) => {
      dW[n] = dW[n].map((g, k) => g + l2 * W[n][k]);
      note(`dC_dW${name}`, ...dW[n]);
      note(`dC_db${name}`, ...db[n]);
      W[n] = step(`W${name}`, W[n], dW[n], epoch + 1);
      b[n] = step(`b${name}`, b[n], db[n], epoch + 1);
    });
  }
  return run;
}

/**
 * Return how an optimiser changes weights by their gradient.
 * @param {string} optimizer
 * @param {(name: string) => number} setting
 * @returns {(name: string, w: number[], g: number[], steps: number) => number[]}
 */
function stepper(optimizer, setting) {
  /** @type {Map<string, number[]>} */
  const memory = new Map();
  /** @type {(name: string, g: number[], update: (before: number, g: number) => number) => number[]} */
  const remember = (name, g, update) => {
    const before = memory.get(name) ?? g.map(() => 0);
    const now = g.map((v, k) => update(before[k], v));
    memory.set(name, now);
    return now;
  };
  /** @type {Record<string, (name: string, g: number[], steps: number) => number[]>} */
  const directions = {
    sgd: (_, g) => g,
    momentum: (name, g) => remember(name, g, (v, d) => setting("mu") * v + d),
    rmsprop: (name, g) => {
      const beta = setting("beta"),
        s = remember(name, g, (v, d) => beta * v + (1 - beta) * d * d);
      return g.map((d, k) => d / (Math.sqrt(s[k]) + setting("epsilon")));
    },
    adam: (name, g, steps) => {
      const [beta1, beta2] = [setting("beta1"), setting("beta2")];
      const m = remember(`${name} 1`, g, (v, d) => beta1 * v + (1 - beta1) * d);
      const s = remember(`${name} 2`, g, (v, d) => beta2 * v + (1 - beta2) * d * d);
      return m.map(
        (v, k) =>
          v / (1 - beta1 ** steps) / (Math.sqrt(s[k] / (1 - beta2 ** steps)) + setting("epsilon")),
      );
    },
  };
  return (name, w, g, steps) => {
    const along = directions[optimizer](name, g, steps);
    return w.map((v, k) => v - setting("eta") * along[k]);
  };
}

export const TOLERANCE = 1e-9; // relative: roundings of an epoch grow in the following ones

/**
 * Compare values with a run.
 * @param {Run} run
 * @param {Arrays} values
 * @returns {{compared: number, worst: number, wrong: {name: string, index: number}[]}}
 */
export function compared(run, values) {
  let [count, worst] = [0, 0];
  const wrong = [];
  for (const [name, expected] of Object.entries(run)) {
    const got = values[name] ?? [];
    for (let index = 0; index < got.length; index++) {
      const off = Math.abs(got[index] - expected[index]) / Math.max(1, Math.abs(expected[index]));
      if (off <= TOLERANCE) worst = Math.max(worst, off);
      else if (!(Number.isNaN(got[index]) && !Number.isFinite(expected[index])))
        wrong.push({ name, index });
      count++;
    }
  }
  return { compared: count, worst, wrong };
}
