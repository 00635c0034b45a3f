/**
 * @file Compute a network, as a second statement of what its workbook computes.
 *
 * It knows no cell and no formula: only the book's equations (Book: 3-4, 4-1 to 4-4, 5-3, 5-5), those
 * of layer normalisation and those of the optimisers. The letters are the book's; units and weights
 * of any shape are lists, row by row.
 */

/**
 * @typedef {{name: string, kind: string, activation: string, below: number[], shape: number[],
 *   size: number[], step: number[], padding: number[]}} Layer
 * @typedef {{layers: Layer[], cost: string, optimizer: string, settings: string[], epochs: number,
 *   samples: Record<string, number>}} Network a network with 0 epochs only predicts
 * @typedef {Record<string, number[]>} Run values by the names of quantities
 * @typedef {[number, number, number]} Connection a unit, one below, and the weight between them
 * @typedef {(part: string, values: number[]) => void} Note
 */

/** @type {(values: number[], of?: (value: number, n: number) => number) => number} */
const total = (values, of = (value) => value) => values.reduce((sum, v, n) => sum + of(v, n), 0);
/** @type {(shape: number[]) => number} */
const count = (shape) => shape.reduce((product, length) => product * length, 1);
/** @type {(length: number) => number[]} */
const zeros = (length) => Array.from({ length }, () => 0);
/** @type {(z: number) => number} */
const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const DECIMALS = 1e12; // what is equal to 12 decimals is equal: rounding must not decide
const VARIANCE = 0.00001; // is added to the variance of a layer normalisation

/** @type {Record<string, [(z: number) => number, (z: number, a: number) => number]>} a and a′ */
const ACTIVATIONS = {
  sigmoid: [sigmoid, (_, a) => a * (1 - a)],
  tanh: [Math.tanh, (_, a) => 1 - a * a],
  softplus: [(z) => Math.max(z, 0) + Math.log(1 + Math.exp(-Math.abs(z))), sigmoid],
  linear: [(z) => z, () => 1],
};

/** @type {(name: string, z: number[], note: Note) => {a: number[], slope: number[]}} */
function activated(name, z, note) {
  if (name === "softmax") {
    const largest = Math.max(...z),
      exp = z.map((v) => Math.exp(v - largest));
    note("largest", [largest]);
    note("exp", exp);
    return { a: exp.map((v) => v / total(exp)), slope: [] };
  }
  const leak = name === "relu" ? 0 : Number(name.replace("leaky relu", "") || 0.01);
  const isOn = (/** @type {number} */ v) => Math.round(v * DECIMALS) > 0;
  const [value, slope] = ACTIVATIONS[name] ?? [
    (/** @type {number} */ v) => (v > 0 ? v : leak * v),
    (/** @type {number} */ v) => (isOn(v) ? 1 : leak),
  ];
  const a = z.map(value);
  return { a, slope: z.map((v, k) => slope(v, a[k])) };
}

/** @type {(layer: Layer) => Connection[]} of a pooling, the number in the block is the weight */
function connections({ kind, below, shape, size, step, padding }) {
  /** @type {Connection[]} */
  const found = [];
  if (kind === "layernorm") return found;
  if (kind === "dense") {
    for (let k = 0, w = 0; k < count(shape); k++)
      for (let i = 0; i < count(below); i++) found.push([k, i, w++]);
    return found;
  }
  const [rows, columns] = below.slice(-2),
    [R, C] = shape.slice(-2),
    [r, c] = size;
  const maps = count(below) / rows / columns;
  for (let k = 0; k < count(shape); k++) {
    const f = Math.floor(k / R / C),
      top = (Math.floor(k / C) % R) * step[0] - padding[0],
      left = (k % C) * step[1] - padding[1],
      isPooled = kind !== "convolution";
    for (let m = isPooled ? f : 0; m < (isPooled ? f + 1 : maps); m++)
      for (let n = 0; n < r * c; n++) {
        const [row, column] = [top + Math.floor(n / c), left + (n % c)];
        if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
        found.push([
          k,
          (m * rows + row) * columns + column,
          isPooled ? n : (f * maps + m) * r * c + n,
        ]);
      }
  }
  return found;
}

/** @type {(layer: Layer) => Record<string, number>} how many there are of each parameter */
function parametersOf({ kind, below, shape, size }) {
  if (kind === "layernorm") return { gain: shape[0], shift: shape[0] };
  if (kind === "dense") return { W: count(shape) * count(below), b: count(shape) };
  const maps = count(below) / count(below.slice(-2));
  return kind === "convolution" ? { W: shape[0] * maps * count(size), b: shape[0] } : {};
}

/**
 * What one layer computes from the activations below, for one sample, and what it sends back.
 * @typedef {{a: number[], slope: number[], back: (delta: number[], add: (parameter: string,
 *   n: number, value: number) => void) => number[]}} Computed
 * @type {(layer: Layer & {seen: Connection[]}, below: number[], own: (parameter: string) => number[],
 *   note: Note) => Computed}
 */
function computed({ kind, activation, shape, size, seen }, below, own, note) {
  if (kind.endsWith("pooling")) {
    const isMax = kind === "max pooling",
      a = zeros(count(shape)).map(() => (isMax ? -Infinity : 0)),
      argmax = zeros(a.length);
    for (const [k, i] of seen)
      a[k] = isMax ? Math.max(a[k], below[i]) : a[k] + below[i] / count(size);
    for (const [k, i, n] of seen)
      if (!argmax[k] && Math.round((a[k] - below[i]) * DECIMALS) === 0) argmax[k] = n + 1;
    if (isMax) note("argmax", argmax);
    const back = (/** @type {number[]} */ delta) => {
      const error = zeros(below.length);
      for (const [k, i, n] of seen)
        error[i] += isMax ? (argmax[k] === n + 1 ? delta[k] : 0) : delta[k] / count(size);
      return error;
    };
    return { a, slope: a.map(() => 1), back };
  }
  if (kind === "layernorm") {
    const n = below.length,
      mean = total(below) / n,
      variance = total(below, (v) => (v - mean) ** 2) / n,
      deviation = Math.sqrt(variance + VARIANCE),
      normalised = below.map((v) => (v - mean) / deviation),
      z = normalised.map((v, k) => own("gain")[k] * v + own("shift")[k]);
    note("mean", [mean]);
    note("variance", [variance]);
    note("normalised", normalised);
    note("z", z);
    /** @type {Computed["back"]} */
    const back = (delta, add) => {
      const error = delta.map((d, k) => d * own("gain")[k]),
        shared = total(error) / n,
        product = total(error, (e, k) => e * normalised[k]) / n;
      delta.forEach((d, k) => {
        add("gain", k, d * normalised[k]);
        add("shift", k, d);
      });
      note("delta_normalised", error);
      note("delta_mean", [shared]);
      note("delta_product", [product]);
      return error.map((e, k) => (e - shared - normalised[k] * product) / deviation);
    };
    return { ...activated(activation, z, note), back };
  }
  const W = own("W"),
    b = own("b"),
    places = count(shape) / b.length, // of a filter
    z = zeros(count(shape)).map((_, k) => b[Math.floor(k / places)]);
  for (const [k, i, w] of seen) z[k] += W[w] * below[i];
  note("z", z);
  /** @type {Computed["back"]} */
  const back = (delta, add) => {
    const error = zeros(below.length);
    delta.forEach((d, k) => add("b", Math.floor(k / places), d));
    for (const [k, i, w] of seen) {
      add("W", w, delta[k] * below[i]);
      error[i] += delta[k] * W[w];
    }
    return error;
  };
  return { ...activated(activation, z, note), back };
}

/** @type {(cost: string, t: number[], z: number[], a: number[]) => number[]} of each output */
function costs(cost, t, z, a) {
  if (cost === "squared error") return t.map((v, k) => (v - a[k]) ** 2 / 2);
  if (cost === "cross-entropy")
    return t.map((v, k) => Math.max(z[k], 0) - v * z[k] + Math.log(1 + Math.exp(-Math.abs(z[k]))));
  const largest = Math.max(...z),
    log = Math.log(total(z, (v) => Math.exp(v - largest)));
  return t.map((v, k) => v * (log + largest - z[k]));
}

/**
 * Compute all quantities of a network, over all epochs.
 * @param {Network} network
 * @param {(name: string) => ArrayLike<number>} given returns x and t, also of held-out samples, eta
 *   and the constants of the optimiser, and the parameters, of which the first entry is the start
 * @returns {Run}
 */
export function trained(network, given) {
  const { cost, epochs } = network;
  /** @type {Run} */
  const run = {};
  /** @type {(name: string, values: number[]) => void} */
  const note = (name, values) => {
    const all = (run[name] ??= []);
    for (const value of values) all.push(value);
  };
  const layers = network.layers.map((layer) => ({ ...layer, seen: connections(layer) }));
  const sizes = Object.fromEntries(
    layers.flatMap((layer) =>
      Object.entries(parametersOf(layer)).map(([kind, size]) => [kind + layer.name, size]),
    ),
  );
  /** @type {Run} */
  const now = {};
  for (const [name, size] of Object.entries(sizes))
    now[name] = Array.from(given(name)).slice(0, size);
  const constants = Object.fromEntries(network.settings.map((name) => [name, given(name)[0]]));
  const step = stepper(network.optimizer, constants, sizes, note),
    { l2 = 0 } = constants;
  const sets = Object.entries(network.samples).map(([prefix, length]) => {
    const [x, t] = ["x", "t"].map((name) =>
      epochs || name === "x" ? Array.from(given(prefix + name)) : [],
    );
    const rows = zeros(length).map((_, n) =>
      [x, t].map((all) => all.slice((n * all.length) / length, ((n + 1) * all.length) / length)),
    );
    return { prefix, rows };
  });
  for (const [name, values] of Object.entries(now)) note(name, values);
  const parameters = Object.keys(sizes);
  for (let epoch = 0; epoch < Math.max(1, epochs); epoch++) {
    /** @type {Run} */
    const gradients = Object.fromEntries(parameters.map((name) => [name, zeros(sizes[name])]));
    for (const { prefix, rows } of sets) {
      let sum = 0;
      for (const [x, t] of rows) {
        /** @type {Computed[]} */
        const found = [];
        /** @type {number[]} */
        let z = [];
        for (const layer of layers) {
          const own = (/** @type {string} */ kind) => now[kind + layer.name];
          const below = found.length ? found[found.length - 1].a : x;
          found.push(
            computed(layer, below, own, (part, values) => {
              if (part === "z") z = values;
              note(prefix + part + layer.name, values);
            }),
          );
          note(`${prefix}a${layer.name}`, found[found.length - 1].a);
          note(`${prefix}slope${layer.name}`, found[found.length - 1].slope);
        }
        if (!epochs) continue;
        const last = found[found.length - 1],
          losses = costs(cost, t, z, last.a),
          C = total(losses);
        note(`${prefix}loss`, losses);
        note(`${prefix}C`, [C]);
        sum += C;
        if (prefix) continue; // what is held out is not trained with
        let delta = last.a.map(
          (a, k) => (a - t[k]) * (cost === "squared error" ? last.slope[k] : 1),
        );
        for (let n = layers.length - 1; n >= 0; n--) {
          const { name } = layers[n];
          note(`delta${name}`, delta);
          const error = found[n].back(
            delta,
            (kind, k, value) => (gradients[kind + name][k] += value),
          );
          if (n) delta = error.map((e, k) => e * found[n - 1].slope[k]);
        }
      }
      if (!epochs) return run;
      const weights = parameters
        .filter((name) => name.startsWith("W"))
        .flatMap((name) => now[name]);
      const penalty = prefix ? 0 : (l2 / 2) * total(weights, (w) => w * w);
      if (!prefix) note("penalty", [penalty]);
      note(`${prefix}C_T`, [sum + penalty]);
    }
    for (const name of parameters) {
      const isWeight = name.startsWith("W");
      gradients[name] = gradients[name].map((g, k) => g + (isWeight ? l2 * now[name][k] : 0));
      note(`dC_d${name}`, gradients[name]);
    }
    note("gradient_size", [Math.sqrt(total(Object.values(gradients).flat(), (g) => g * g))]);
    for (const name of parameters) {
      now[name] = step(name, now[name], gradients[name], epoch + 1);
      note(name, now[name]);
    }
  }
  return run;
}

/**
 * Return how an optimiser changes parameters by their gradient.
 * @param {string} optimizer
 * @param {Record<string, number>} constants
 * @param {Record<string, number>} sizes of the parameters, by their names
 * @param {Note} note
 */
function stepper(optimizer, { eta, mu, beta, beta1, beta2, epsilon }, sizes, note) {
  /** @typedef {(before: number, g: number) => number} Memory */
  /** @type {(share: number) => Memory} */
  const average = (share) => (m, g) => share * m + (1 - share) * g;
  /** @type {(share: number) => Memory} */
  const square = (share) => (s, g) => average(share)(s, g * g);
  /** @type {Record<string, Memory>} what is remembered of gradients */
  const memories =
    {
      momentum: { velocity: (/** @type {number} */ v, /** @type {number} */ g) => mu * v + g },
      rmsprop: { square: square(beta) },
      adam: { moment1: average(beta1), moment2: square(beta2) },
    }[optimizer] ?? {};
  /** @type {Record<string, (g: number, steps: number, m: number, s: number) => number>} */
  const directions = {
    sgd: (g) => g,
    momentum: (_, __, v) => v,
    rmsprop: (g, _, s) => g / (Math.sqrt(s) + epsilon),
    adam: (_, steps, m, s) =>
      m / (1 - beta1 ** steps) / (Math.sqrt(s / (1 - beta2 ** steps)) + epsilon),
  };
  /** @type {Run} */
  const kept = {};
  /** @type {(name: string, values: number[]) => number[]} */
  const keep = (name, values) => {
    note(name, values);
    return (kept[name] = values);
  };
  for (const [name, size] of Object.entries(sizes))
    for (const memory of [...Object.keys(memories), "direction"])
      keep(`${memory}_${name}`, zeros(size));
  /** @type {(name: string, w: number[], g: number[], steps: number) => number[]} */
  return (name, w, g, steps) => {
    const [first, second] = Object.entries(memories).map(([memory, next]) =>
      keep(
        `${memory}_${name}`,
        kept[`${memory}_${name}`].map((m, k) => next(m, g[k])),
      ),
    );
    const along = g.map((d, k) => directions[optimizer](d, steps, first?.[k], second?.[k]));
    keep(`direction_${name}`, along);
    return w.map((v, k) => v - eta * along[k]);
  };
}

export const TOLERANCE = 1e-9; // relative: roundings of an epoch grow in the following ones

/**
 * Compare values with a run.
 * @param {Run} run
 * @param {(name: string) => ArrayLike<number>} values of a quantity; none if the workbook lacks it
 * @returns {{compared: number, worst: number, wrong: {name: string, index: number}[]}}
 */
export function compared(run, values) {
  let [number, worst] = [0, 0];
  const wrong = [];
  for (const [name, expected] of Object.entries(run)) {
    const got = values(name);
    for (let index = 0; index < got.length; index++) {
      const off = Math.abs(got[index] - expected[index]) / Math.max(1, Math.abs(expected[index]));
      if (off <= TOLERANCE) worst = Math.max(worst, off);
      else if (!(Number.isNaN(got[index]) && !Number.isFinite(expected[index])))
        wrong.push({ name, index });
      number++;
    }
  }
  return { compared: number, worst, wrong };
}
