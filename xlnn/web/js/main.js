/** @file Put the page together: the controls, the drawings, the explanation, and the sheets. */
import {
  addressOf,
  blockOf,
  cellOf,
  entryAt,
  facts,
  inWords,
  placeOf,
  quantities,
  say,
  symbolOf,
  titles,
} from "./cells.js";
import { Curve, DecisionMap } from "./charts.js";
import { Inspector } from "./explain.js";
import { Grid } from "./grid.js";
import { indexOf, NetworkDrawing, partOf } from "./network.js";
import { make } from "./svg.js";

/**
 * @typedef {import("./cells.js").Place} Place
 * @typedef {import("./cells.js").Quantity} Quantity
 */

const app = /** @type {HTMLElement} */ (document.getElementById("app"));
const status = make("p.status", { role: "status" }, say("opening"));
/** @type {Map<number, {resolve: (answer: any) => void, reject: (error: Error) => void}>} */
const waiting = new Map();
let asked = 0;
const MOST_BESIDE = 4;
const source = URL.createObjectURL(new Blob([`(${ENGINE})()`], { type: "text/javascript" }));
const worker = new Worker(source);
worker.onmessage = (/** @type {MessageEvent} */ message) => {
  const { id, answer, error } = message.data;
  const one = waiting.get(id);
  waiting.delete(id);
  if (error) one?.reject(new Error(error));
  else one?.resolve(answer);
};

/**
 * Ask the worker.
 * @param {string} type
 * @param {object} [question]
 * @returns {Promise<any>}
 */
function ask(type, question = {}) {
  const id = ++asked;
  worker.postMessage({ id, type, ...question });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject })).catch((error) => {
    status.textContent = `${say("failed")} ${error.message.split("\n")[0]}`;
    throw error;
  });
}

/** @type {Record<string, Float64Array>} */
let arrays = {};
let [epoch, sample] = [0, 0];
/** @type {NetworkDrawing | null} */
let network = null;
/** @type {Curve | null} */
let curve = null;
/** @type {DecisionMap | null} */
let map = null;
/** @type {Grid} */
let grid;
const course = quantities.get(facts.course),
  eta = quantities.get("eta");
const courses = facts.quantities.filter(
  ({ lengths, axes, sheet }) =>
    course &&
    sheet === course.sheet &&
    axes.length === 1 &&
    lengths.length === 1 &&
    lengths[0] === course.lengths[0],
);
const inspector = new Inspector({ ask, edit, reveal });
const results = make("div.results");
const verdict = make("p.verdict");
const slider = make("input", { type: "range", min: 0, value: 0, step: 1, id: "epoch" });
const samples = make("input", { type: "number", min: 1, value: 1, id: "sample" });
const rate = make("input.yellow", { id: "eta", inputMode: "decimal", size: 6 });
const shown = make("output", { htmlFor: "epoch" });
const play = make("button.play", { onclick: () => (timer ? stop() : start()) });
const undo = make("button", { id: "undo", disabled: true, onclick: () => change("undo") });
undo.textContent = say("undo");
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLInputElement && event.target.type !== "range";
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || isTyping || undo.disabled) return;
  event.preventDefault();
  change("undo");
});
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

/** @type {(quantity: Quantity) => string} its symbol and its title, unless that has it */
const named = ({ units, title }) => (title.includes(units[0]) ? title : `${units[0]} ${title}`);

/** @param {Place} place */
function show(place) {
  inspector.show(place);
}

/** @param {Place} place */
function reveal(place) {
  grid.open(place);
  grid.cells.focus({ preventScroll: true });
  grid.element.scrollIntoView({ behavior: "smooth", block: "start" });
}

/** @type {(names: string[]) => Promise<Record<string, Float64Array>>} what quantities are now */
const numbers = (names) =>
  ask("numbers", {
    blocks: Object.fromEntries(
      names.map((name) => [name, blockOf(/** @type {Quantity} */ (quantities.get(name)))]),
    ),
  });

/** Read what the drawings show. */
async function read() {
  const names = [
    ...(network?.names ?? []),
    ...(map?.names ?? []),
    ...courses.map(({ name }) => name),
  ];
  arrays = await numbers([...names, ...["eta", "truth"].filter((name) => quantities.has(name))]);
}

function draw() {
  network?.draw(arrays, epoch, sample);
  if (course) curve?.draw(arrays[course.name], epoch);
  const from = course?.axes[0][1] ?? 0;
  shown.value = `${epoch + from} / ${Number(slider.max) + from}`;
  slider.value = String(epoch);
  slider.setAttribute("aria-valuetext", shown.value);
  const told = courses.map((quantity) => {
    const name =
      named(quantity) + (quantity.name.startsWith("test_") ? ` · ${say("held_out")}` : "");
    return make(
      "button",
      { onclick: () => show(cellOf(quantity, [epoch])) },
      make("span", name),
      make("strong", inWords(arrays[quantity.name][epoch])),
    );
  });
  results.replaceChildren(...told);
  if (!network || facts.labels.length < 2 || !quantities.has("answer")) return;
  const { name } = network.layers[network.layers.length - 1];
  const drawing = network,
    outputs = facts.labels.map(
      (_, k) => drawing.entry(arrays, `a${name}`, [epoch, sample], k).value,
    ),
    best = outputs.indexOf(Math.max(...outputs)),
    truth = facts.labels[(arrays.truth?.[sample] ?? 1) - 1] ?? "";
  verdict.textContent = best < 0 ? "" : say("verdict", { label: facts.labels[best], truth });
  verdict.classList.toggle("wrong", best + 1 !== arrays.truth?.[sample]);
}

let [following, again] = [false, false];

/** Let the choosers of epoch and sample in the sheets follow the slider, and the map with them. */
async function follow() {
  again = true;
  if (following) return;
  following = true;
  while (again) {
    again = false;
    const edits = [];
    for (const quantity of facts.quantities) {
      if (!quantity.chooses || (quantity.chooses === "epoch" && !course)) continue;
      const number = (quantity.chooses === "image" ? sample : epoch) + quantity.first;
      edits.push({ ...cellOf(quantity, []), text: String(number) });
    }
    if (edits.length) await ask("edit", { edits, quiet: true });
    if (map) map.draw(await numbers(map.names));
  }
  following = false;
  await grid?.refresh();
}

/** @param {number} next */
function turnTo(next) {
  epoch = Math.max(0, Math.min(next, Number(slider.max)));
  draw();
  follow();
  const found = inspector.place && entryAt(inspector.place); // the same entry, in this epoch
  if (!found || !course || found.quantity.axes[0]?.[0] !== course.axes[0][0]) return;
  const { quantity, index } = found;
  index[0] = Math.min(epoch, quantity.lengths[0] - 1);
  if (network && quantity.axes.length > 1 && quantity.lengths[1] === network.samples)
    index[1] = sample;
  show(cellOf(quantity, index));
}

function stop() {
  inspector.element.setAttribute("aria-live", "polite");
  clearInterval(timer);
  timer = undefined;
  play.textContent = `▶ ${say("play")}`;
}

function start() {
  if (epoch >= Number(slider.max)) epoch = -1;
  inspector.element.setAttribute("aria-live", "off"); // or every epoch would be read aloud
  timer = setInterval(
    () => (epoch >= Number(slider.max) ? stop() : turnTo(epoch + 1)),
    Math.max(60, Math.min(250, 9000 / (Number(slider.max) + 1))),
  );
  play.textContent = `❚❚ ${say("pause")}`;
}

/**
 * Change an input, or write a formula into a blank.
 * @param {Place} place
 * @param {string} text
 * @returns {Promise<boolean>} whether the workbook takes it
 */
function edit(place, text) {
  return change("edit", { edits: [{ ...place, text }] });
}

/**
 * Let the worker change cells, and show what follows from it.
 * @param {"edit" | "fill" | "undo"} how
 * @param {object} [what]
 * @returns {Promise<boolean>} whether the workbook takes it
 */
async function change(how, what) {
  status.textContent = say("recalculating");
  app.setAttribute("aria-busy", "true");
  const { changed, refused, ms, isFormula, undoable } = await ask(how, what);
  app.removeAttribute("aria-busy");
  if (refused) {
    status.textContent = isFormula ? say("unreadable", { what: refused }) : refused;
    if (eta) rate.value = String(arrays.eta[0]);
    await inspector.refresh();
    return false;
  }
  undo.disabled = !undoable;
  if (course && curve) curve.before = arrays[course.name];
  await read();
  if (eta) rate.value = String(arrays.eta[0]);
  draw();
  if (map) map.draw(arrays);
  status.textContent = say("recalculated", {
    count: changed.toLocaleString(facts.lang),
    seconds: (ms / 1000).toFixed(2),
  });
  await Promise.all([grid.refresh(), inspector.refresh(), states()]);
  return true;
}

/**
 * Return the cells of an array of the network in one run; null if they are not in the workbook.
 * @param {string} name
 * @param {number} run
 * @returns {import("./worker.js").Block | null}
 */
function blockIn(name, run) {
  const [of, first, units] = partOf(name),
    quantity = quantities.get(of);
  if (!quantity) return null;
  const { lengths, steps, axes, run: begins } = quantity,
    depth = axes.length,
    skip = begins < 0 ? 0 : 1,
    at = lengths.slice(0, depth).map((_, n) => (n < skip ? run - begins : 0));
  if (skip && (at[0] < 0 || at[0] >= lengths[0])) return null;
  const place = cellOf(quantity, [...at, ...indexOf(first, lengths.slice(depth))]);
  if (!facts.network?.parts[name])
    return { ...place, steps: steps.slice(skip), lengths: lengths.slice(skip) };
  return {
    ...place,
    steps: steps.slice(0, depth + 1),
    lengths: [...lengths.slice(0, depth), units],
  };
}

/**
 * Compare the cells with a second statement of the same equations.
 * @returns {Promise<{compared: number, worst: number, wrong: {name: string, place: Place, at: number[]}[]}>}
 */
async function comparison() {
  const stated = /** @type {import("./cells.js").Checked} */ (facts.network);
  const isExercise = facts.quantities.some(({ blank }) => blank);
  const names = [...quantities.keys(), ...Object.keys(stated.parts)];
  const ranks = new Map([...quantities.keys()].map((name, n) => [name, n]));
  const found = { compared: 0, worst: 0, wrong: /** @type {any[]} */ ([]) };
  for (const [run, optimizer] of (stated.runs.length
    ? stated.runs
    : [stated.optimizer]
  ).entries()) {
    const blocks = Object.fromEntries(names.map((name) => [name, blockIn(name, run)]));
    const network = { ...stated, optimizer: optimizer || stated.optimizer };
    const result = await ask("check", { network, blocks, isExercise });
    found.compared += result.compared;
    found.worst = Math.max(found.worst, result.worst);
    for (const { name, index, place } of result.wrong) {
      const of = partOf(name)[0],
        at = indexOf(index, /** @type {import("./worker.js").Block} */ (blocks[name]).lengths);
      found.wrong.push({ name: of, place, at, rank: ranks.get(of) });
    }
  }
  // in the order in which they are computed, so that an error is found where it begins
  found.wrong.sort((one, other) => one.at[0] - other.at[0] || one.rank - other.rank);
  return found;
}

async function check() {
  status.textContent = say("checking");
  const { compared: count, worst, wrong } = await comparison();
  if (!wrong.length) {
    status.textContent = say("agrees_all", {
      count: count.toLocaleString(facts.lang),
      worst: worst.toExponential(0).replace("-", "−"),
    });
    return;
  }
  const [{ place }] = wrong,
    found = entryAt(place);
  status.textContent = say("differs", {
    count: wrong.length.toLocaleString(facts.lang),
    cell: addressOf(place),
    symbol: found ? symbolOf(found.quantity, found.index) : "",
  });
  show(place);
  grid.open(place);
}

async function download() {
  const url = URL.createObjectURL(await ask("save"));
  make("a", { href: url, download: facts.file }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

const tasks = make("section.tasks", { hidden: true, "aria-label": say("exercise") });
const [RIGHT, EMPTY] = [3, 0]; // states on the sheet Exercise

/** Show which blanks of an exercise are right; of a network also the first entry that is wrong. */
async function states() {
  const words = quantities.get("exercise_blanks_said"),
    blanks = facts.quantities.filter(({ blank }) => blank);
  if (!words || !blanks.length) return;
  const { exercise_blanks: state } = await numbers(["exercise_blanks"]);
  const wrong = facts.network ? (await comparison()).wrong : [];
  const lines = blanks.map(async (quantity, n) => {
    const { text } = await ask("cell", cellOf(words, [n])),
      first = wrong.find((each) => each.name === quantity.name);
    const name = state[n] === RIGHT ? "right" : state[n] === EMPTY ? "open" : "wrong",
      place = first?.place ?? cellOf(quantity, []),
      { units, equation, title } = quantity,
      symbols = [...new Set([units[0], units[units.length - 1]])].join(" … ");
    return make(
      "li",
      make(
        `button.${name}`,
        { onclick: () => reveal(place) },
        make("strong", symbols),
        make("span", equation || title),
        make("em", text),
        first && name === "wrong" && say("first_wrong", { place: placeOf(quantity, first.at) }),
      ),
    );
  });
  tasks.hidden = false;
  tasks.replaceChildren(
    make("h2", say("exercise")),
    make("p.hint", say("exercise_hint")),
    make("ol", ...(await Promise.all(lines))),
  );
}

/** @type {(text: string) => Uint8Array} */
const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

/** @type {(kind: string, usual: number) => Promise<number>} what the workbook's chooser has, from 0 */
async function chosenNumber(kind, usual) {
  const all = facts.quantities.filter((each) => each.chooses === kind);
  const chooser = quantities.get(`play_${kind}`) ?? all[0];
  if (!chooser) return usual;
  return Math.max(0, (await numbers([chooser.name]))[chooser.name][0] - chooser.first);
}

async function begin() {
  app.replaceChildren(make("h1", facts.title), status);
  const held = document.getElementById("workbook");
  const { pages, formulas } = await ask("open", { file: bytes(held?.textContent ?? "") });
  held?.remove();
  titles.push(...pages.map((/** @type {{title: string}} */ page) => page.title));
  grid = new Grid(pages, { ask, edit, change, explain: show });
  if (facts.network?.epochs && !facts.network.runs.length) network = new NetworkDrawing(show);
  if (course) curve = new Curve(course, show);
  if (quantities.has("map_picture")) map = new DecisionMap(show);
  await read();
  slider.max = String(course ? course.lengths[0] - 1 : 0);
  samples.max = String(network?.samples ?? 1);
  [epoch, sample] = await Promise.all([
    chosenNumber("epoch", Number(slider.max)),
    chosenNumber("image", 0),
  ]);
  epoch = Math.min(epoch, Number(slider.max));
  samples.value = String(sample + 1);
  if (eta) rate.value = String(arrays.eta[0]);
  slider.oninput = () => turnTo(Number(slider.value));
  samples.onchange = () => {
    sample = Math.max(0, Math.min(Number(samples.max), Math.round(Number(samples.value)) || 1) - 1);
    samples.value = String(sample + 1);
    turnTo(epoch);
  };
  rate.onchange = () => eta && edit(cellOf(eta, []), rate.value);
  stop();
  const controls = make(
    "div.controls",
    course && play,
    course && make("label.wide", { htmlFor: "epoch" }, course.axes[0][0], slider, shown),
    network && make("label", { htmlFor: "sample" }, quantities.get("x")?.axes[0][0], samples),
    eta && make("label", { htmlFor: "eta" }, named(eta), rate),
  );
  const buttons = make(
    "div.buttons",
    facts.network && make("button", { id: "check", onclick: check }, say("check")),
    undo,
    make("button", { id: "download", onclick: download }, say("download")),
  );
  const isLong = map || courses.length > MOST_BESIDE, // then the explanation is on the other side
    pictures = [curve, map].map((each) => each?.drawing.svg),
    side = make("div.side", ...pictures, results, network && !isLong && inspector.element);
  const stage = make(
    network || curve ? "div.stage" : "div",
    network &&
      make(
        "div.left",
        make("div.picture", network.drawing.svg, verdict),
        isLong && inspector.element,
      ),
    (network || curve) && side,
    !network && inspector.element,
  );
  const head = make(
    "div",
    make("h1", facts.title),
    ...facts.about.map((line) => make("p", line)),
    make("p.lead", say("lead", { formulas: formulas.toLocaleString(facts.lang) })),
  );
  app.replaceChildren(
    make("header", head, buttons),
    ...(controls.children.length ? [controls] : []),
    status,
    stage,
    tasks,
    grid.element,
    make("footer", say("licence")),
  );
  draw();
  follow();
  // the Guide, or without a drawing the sheet that it introduces
  const seen = [...pages.keys()].filter((n) => !pages[n].hidden);
  grid.open({ page: seen[network || curve ? 0 : 1] ?? seen[0], row: 1, column: 1 });
  status.textContent = say("ready");
  if (network) show(network.entry(arrays, `a${network.layers[0].name}`, [epoch, sample], 0).place);
  else if (course) show(cellOf(course, [epoch]));
  await states();
}

const ready = begin().catch((error) => {
  if (!grid) status.textContent = say("damaged");
  throw error;
});
Object.assign(globalThis, { xlnn: { ask, grid: () => grid, ready } });
