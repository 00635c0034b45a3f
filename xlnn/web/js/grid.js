/** @file Show the sheets: cells as they look in the workbook, a formula bar, and changes in inputs. */
import { addressOf, entryAt, isInput, say, titles } from "./cells.js";
import { scatter } from "./charts.js";
import { columnLetters } from "./formula.js";
import { make } from "./svg.js";

/**
 * @typedef {import("./cells.js").Place} Place
 * @typedef {{title: string, hidden: boolean, widths: [number, number, number][], width: number,
 *   heights: Map<number, number>, hiddenRows: Set<number>, merges: number[][], frozen: [number, number],
 *   links: Map<string, string>, rows: number, columns: number,
 *   charts: import("./chart_parts.js").Chart[]}} Sheet
 * @typedef {{row: number, column: number, style: import("./book.js").Style, text: string,
 *   isNumber: boolean, isFormula: boolean, isChanged: boolean}} Shown
 */

const LETTERS = 22,
  NUMBERS = 46,
  ROW_HEIGHT = 20,
  SPARE = 4;

/** @type {(count: number, size: (n: number) => number) => Float64Array} where each row or column begins */
function edges(count, size) {
  const found = new Float64Array(count + 2);
  for (let n = 1; n <= count; n++) found[n + 1] = found[n] + size(n);
  return found;
}

/** @type {(edge: Float64Array, at: number) => number} the row or column at a distance */
function numberAt(edge, at) {
  let [low, high] = [1, edge.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edge[middle] <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** @type {(text: string, most: number) => string} a number without a format, with as many digits as fit */
function fitting(text, most) {
  for (let digits = 9; text.length > most && digits > 1; digits--)
    text = String(Number(Number(text).toPrecision(digits)));
  return text.replace("-", "−");
}

/** The sheets of the workbook. */
export class Grid {
  /**
   * @param {Sheet[]} sheets
   * @param {{ask: (type: string, question: object) => Promise<any>, edit: (place: Place, text: string) => Promise<boolean>,
   *   change: (how: "fill", what: object) => Promise<boolean>,
   *   explain: (place: Place) => void}} page
   */
  constructor(sheets, page) {
    this.sheets = sheets;
    this.page = page;
    this.tabs = make("div", { className: "tabs", role: "tablist", "aria-label": say("sheets") });
    this.address = make("output", { className: "address", "aria-label": say("cell") });
    this.options = make("datalist", { id: "options" });
    this.bar = make("input", {
      className: "bar",
      "aria-label": say("formula_bar"),
      spellcheck: false,
      autocomplete: "off",
      list: "options",
    });
    this.note = make("p", { className: "note", role: "status" });
    this.fill = make(
      "button",
      { type: "button", hidden: true, onclick: () => this.fillDown() },
      say("fill"),
    );
    this.cells = make("div", {
      className: "cells",
      role: "grid",
      tabIndex: 0,
      "aria-label": say("sheets"),
    });
    this.inside = make("div", { className: "inside" }, this.cells);
    this.view = make("div", { className: "view" }, this.inside);
    this.element = make(
      "section",
      { className: "sheets", "aria-label": say("sheets") },
      make("h2", {}, say("sheets")),
      make("p", { className: "hint" }, say("sheets_hint")),
      this.tabs,
      make("div", { className: "formula" }, this.address, this.bar, this.fill, this.options),
      this.view,
      this.note,
    );
    /** @type {Place} */
    this.at = { page: 0, row: 1, column: 1 };
    sheets.forEach((sheet, n) =>
      this.tabs.append(
        make(
          "button",
          {
            type: "button",
            role: "tab",
            hidden: sheet.hidden,
            "aria-selected": "false",
            tabIndex: -1,
            onclick: () => this.open({ page: n, row: 1, column: 1 }),
          },
          sheet.title,
        ),
      ),
    );
    this.view.addEventListener("scroll", () => this.draw());
    this.cells.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) =>
      this.move(event),
    );
    this.view.addEventListener("click", (/** @type {MouseEvent} */ event) => this.click(event));
    this.bar.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.typed(event));
    this.tabs.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.turn(event));
    new ResizeObserver(() => this.draw()).observe(this.view);
  }

  get sheet() {
    return this.sheets[this.at.page];
  }

  /** @param {Place} place */
  open(place) {
    const isFirst = !this.across,
      isNew = isFirst || place.page !== this.at.page;
    this.at = { ...place };
    const { sheet } = this;
    if (isNew) {
      const width = (/** @type {number} */ c) =>
        Math.round(
          (sheet.widths.find(([from, to]) => c >= from && c <= to)?.[2] ?? sheet.width) * 7 +
            (sheet.widths.some(([from, to, w]) => c >= from && c <= to && !w) ? 0 : 5),
        );
      const height = (/** @type {number} */ r) =>
        sheet.hiddenRows.has(r) ? 0 : Math.round(((sheet.heights.get(r) ?? 15) * 4) / 3);
      const reach = sheet.charts.map(({ from, to, width: w, height: h }) =>
        to
          ? [to.row, to.column]
          : [from.row + Math.ceil(h / ROW_HEIGHT), from.column + Math.ceil(w / 60)],
      );
      this.down = edges(Math.max(sheet.rows + 3, ...reach.map(([r]) => r)), height);
      this.across = edges(Math.max(sheet.columns + 2, ...reach.map(([, c]) => c)), width);
      this.inside.style.width = `${NUMBERS + this.across[this.across.length - 1]}px`;
      this.inside.style.height = `${LETTERS + this.down[this.down.length - 1]}px`;
      this.view.scrollTo(0, 0);
      this.charts = null;
      this.clearCharts();
      [...this.tabs.children].forEach((tab, n) => {
        tab.setAttribute("aria-selected", String(n === place.page));
        tab.tabIndex = n === place.page ? 0 : -1;
        tab.hidden = this.sheets[n].hidden && n !== place.page;
      });
      if (!isFirst)
        this.tabs.children[place.page].scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    this.choose(place.row, place.column);
  }

  /** @type {(row: number, column: number) => Promise<void>} */
  async choose(row, column) {
    const { down, across } = this;
    if (!down || !across) return;
    this.at = {
      ...this.at,
      row: Math.max(1, Math.min(row, down.length - 2)),
      column: Math.max(1, Math.min(column, across.length - 2)),
    };
    this.reveal();
    this.draw();
    const place = this.at,
      cell = await this.page.ask("cell", place);
    if (place !== this.at) return;
    const found = entryAt(place);
    this.canType =
      !!found && (found.quantity.blank || (!cell.formula && isInput(found.quantity, found.index)));
    this.address.value = addressOf(place);
    if (document.activeElement !== this.bar) this.bar.value = cell.formula || cell.text;
    this.bar.readOnly = !this.canType;
    this.bar.classList.toggle("yellow", this.canType);
    this.fill.hidden = !(found?.quantity.blank && cell.formula);
    this.options.replaceChildren(
      ...(cell.list ?? [])
        .slice(0, 500)
        .map((/** @type {any} */ each) => make("option", { value: String(each) })),
    );
    this.note.textContent = "";
  }

  /** Scroll until the chosen cell is seen. */
  reveal() {
    const { view, down, across, sheet } = this,
      { row, column } = this.at;
    if (!down || !across) return;
    const [rows, columns] = this.frozen(),
      [top, left] = [down[rows + 1], across[columns + 1]];
    if (row > rows) {
      const [above, below] = [down[row] - top, down[row + 1] - (view.clientHeight - LETTERS)];
      if (view.scrollTop > above) view.scrollTop = above;
      else if (view.scrollTop < below) view.scrollTop = below;
    }
    if (column > columns && sheet) {
      const [before, after] = [
        across[column] - left,
        across[column + 1] - (view.clientWidth - NUMBERS),
      ];
      if (view.scrollLeft > before) view.scrollLeft = before;
      else if (view.scrollLeft < after) view.scrollLeft = after;
    }
  }

  /** @returns {[number, number]} rows and columns that stay, unless they would fill the window */
  frozen() {
    const { view, sheet } = this,
      down = /** @type {Float64Array} */ (this.down),
      across = /** @type {Float64Array} */ (this.across);
    const [rows, columns] = sheet.frozen;
    return [
      down[rows + 1] > view.clientHeight / 2 ? 0 : rows,
      across[columns + 1] > view.clientWidth / 2 ? 0 : columns,
    ];
  }

  async draw() {
    const { down, across, view, at } = this;
    if (!down || !across || !view.clientHeight) return;
    const top = numberAt(down, view.scrollTop),
      bottom = Math.min(
        down.length - 2,
        numberAt(down, view.scrollTop + view.clientHeight) + SPARE,
      );
    const left = Math.max(1, numberAt(across, view.scrollLeft) - 12),
      right = Math.min(
        across.length - 2,
        numberAt(across, view.scrollLeft + view.clientWidth) + SPARE,
      );
    const [rows, columns] = this.frozen(),
      turn = (this.turns = (this.turns ?? 0) + 1);
    const areas = [
      [top, left, bottom, right],
      [1, left, rows, right],
      [top, 1, bottom, columns],
      [1, 1, rows, columns],
    ];
    const asked = await Promise.all(
      areas.map(([t, l, b, r]) =>
        b >= t && r >= l
          ? this.page.ask("view", { page: at.page, top: t, left: l, bottom: b, right: r })
          : { cells: [] },
      ),
    );
    if (turn !== this.turns) return;
    const bands = asked.map(({ cells }, n) => this.band(cells, n, areas[n]));
    const heads = make("div", { className: "heads", role: "presentation" });
    for (let c = left; c <= right; c++)
      this.box(
        heads,
        columnLetters(c),
        NUMBERS + across[c],
        0,
        across[c + 1] - across[c],
        LETTERS,
        c === at.column,
      );
    const sides = make("div", { className: "sides", role: "presentation" });
    for (let r = top; r <= bottom; r++)
      this.box(
        sides,
        String(r),
        0,
        LETTERS + down[r],
        NUMBERS,
        down[r + 1] - down[r],
        r === at.row,
      );
    bands[1].prepend(heads);
    bands[2].prepend(sides);
    const corner = make("div", { className: "box head" });
    this.position(corner, 0, 0, NUMBERS, LETTERS);
    for (let c = 1; c <= columns; c++)
      this.box(
        bands[3],
        columnLetters(c),
        NUMBERS + across[c],
        0,
        across[c + 1] - across[c],
        LETTERS,
        c === at.column,
      );
    for (let r = 1; r <= rows; r++)
      this.box(
        bands[3],
        String(r),
        0,
        LETTERS + down[r],
        NUMBERS,
        down[r + 1] - down[r],
        r === at.row,
      );
    bands[3].append(corner);
    this.ground(bands[1], 0, 0, NUMBERS + across[across.length - 1], LETTERS + down[rows + 1]);
    this.ground(bands[2], 0, 0, NUMBERS + across[columns + 1], LETTERS + down[down.length - 1]);
    this.ground(bands[3], 0, 0, NUMBERS + across[columns + 1], LETTERS + down[rows + 1]);
    this.cells.replaceChildren(bands[3], bands[1], bands[2], bands[0]);
    if (this.charts) return;
    const charts = await this.drawn();
    if (turn !== this.turns) return;
    this.clearCharts(); // one by one, as the cells may have the focus
    this.inside.append(...charts);
    this.charts = charts;
  }

  /** @type {(element: HTMLElement, x: number, y: number, width: number, height: number) => void} */
  position(element, x, y, width, height) {
    Object.assign(element.style, {
      left: `${x}px`,
      top: `${y}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
  }

  /** @type {(band: HTMLElement, x: number, y: number, width: number, height: number) => void} */
  ground(band, x, y, width, height) {
    const ground = make("div", { className: "ground" });
    this.position(ground, x, y, width, height);
    band.prepend(ground);
  }

  /** @type {(parent: HTMLElement, text: string, x: number, y: number, width: number, height: number, isChosen: boolean) => void} */
  box(parent, text, x, y, width, height, isChosen) {
    const box = make(
      "div",
      { className: `box head${isChosen ? " chosen" : ""}`, "aria-hidden": "true" },
      text,
    );
    this.position(box, x, y, width, height);
    parent.append(box);
  }

  /** @type {(cells: Shown[], number: number, area: number[]) => HTMLElement} */
  band(cells, number, [top, left, bottom, right]) {
    const band = make("div", { className: `band band${number}`, role: "rowgroup" });
    const { at, sheet } = this,
      down = /** @type {Float64Array} */ (this.down),
      across = /** @type {Float64Array} */ (this.across);
    /** @type {Map<number, HTMLElement>} */
    const rows = new Map();
    const filled = new Set(
      cells.filter(({ text }) => text).map(({ row, column }) => `${row},${column}`),
    );
    const goesOn = new Set(
      cells
        .filter(({ style, text }) => style.align === "centerContinuous" && !text)
        .map(({ row, column }) => `${row},${column}`),
    );
    const all = [...cells];
    if (
      at.row >= top &&
      at.row <= bottom &&
      at.column >= left &&
      at.column <= right &&
      !cells.some(({ row, column }) => row === at.row && column === at.column)
    )
      all.push({ ...at, style: {}, text: "", isNumber: false, isFormula: false, isChanged: false });
    for (const { row, column, style, text, isNumber, isFormula, isChanged } of all) {
      const merged = sheet.merges.find(([r1, c1]) => r1 === row && c1 === column);
      const last = { row: merged?.[2] ?? row, column: merged?.[3] ?? column };
      const isAcross = style.align === "centerContinuous" && text !== "";
      while (isAcross && goesOn.has(`${row},${last.column + 1}`)) last.column++;
      const width = across[last.column + 1] - across[column];
      const cell = make(
        "div",
        { role: "gridcell", "data-row": row, "data-column": column },
        isNumber && style.format === "General" ? fitting(text, width / 7.5) : text,
      );
      this.position(
        cell,
        NUMBERS + across[column],
        LETTERS + down[row],
        width,
        down[last.row + 1] - down[row],
      );
      const isChosen = row === at.row && column === at.column;
      cell.className = [
        "box",
        isChosen && "chosen",
        isChanged && "changed",
        isFormula && "computed",
        style.wrap && "wrap",
        isNumber && "figure",
        style.borders && "bordered",
        ((!style.wrap && text && !isNumber && !filled.has(`${row},${column + 1}`)) || isAcross) &&
          "over",
      ]
        .filter(Boolean)
        .join(" ");
      if (isChosen) {
        cell.id = "chosen-cell";
        this.cells.setAttribute("aria-activedescendant", "chosen-cell");
      }
      const css = cell.style;
      if (style.color) css.color = style.color;
      if (style.background) css.backgroundColor = style.background;
      if (style.bold) css.fontWeight = "600";
      if (style.italic) css.fontStyle = "italic";
      if (style.size) css.fontSize = `${style.size * 1.2}px`;
      const align =
        style.align && style.align !== "general" ? style.align : isNumber ? "right" : "left";
      css.textAlign = align === "centerContinuous" ? "center" : align;
      css.justifyContent =
        css.textAlign === "right"
          ? "flex-end"
          : css.textAlign === "center"
            ? "center"
            : "flex-start";
      if (style.indent) css.paddingLeft = `${3 + style.indent * 9}px`;
      if (style.vertical === "top") css.alignItems = "flex-start";
      const link = sheet.links.get(`${columnLetters(column)}${row}`);
      if (link) {
        cell.dataset.link = link;
        cell.classList.add("link");
      }
      if (!rows.has(row))
        rows.set(row, make("div", { role: "row", className: "row", "aria-rowindex": row }));
      rows.get(row)?.append(cell);
    }
    band.append(...rows.values());
    return band;
  }

  clearCharts() {
    for (const chart of [...this.inside.querySelectorAll(".chart")]) chart.remove();
  }

  /** @returns {Promise<Node[]>} the charts of the sheet */
  async drawn() {
    const { sheet, at } = this,
      down = /** @type {Float64Array} */ (this.down),
      across = /** @type {Float64Array} */ (this.across);
    const found = [];
    for (const chart of sheet.charts) {
      const ranges = chart.series.flatMap(({ x, y, labels }) => [
        [at.page, x],
        [at.page, y],
        [at.page, labels],
      ]);
      const { from, to } = chart;
      const x = across[from.column] + from.right,
        y = down[from.row] + from.down;
      const width = to ? across[to.column] + to.right - x : chart.width,
        height = to ? down[to.row] + to.down - y : chart.height;
      const drawing = scatter(chart, width, height, await this.page.ask("series", { ranges }));
      const element = make("div", { className: chart.isClear ? "chart clear" : "chart" }, drawing);
      this.position(element, NUMBERS + x, LETTERS + y, width, height);
      found.push(element);
    }
    return found;
  }

  /** Show the present values. */
  async refresh() {
    this.charts = null;
    await this.draw();
    if (document.activeElement !== this.bar) await this.choose(this.at.row, this.at.column);
  }

  /** @param {MouseEvent} event */
  click(event) {
    const cell = /** @type {HTMLElement} */ (event.target).closest("[data-row]");
    if (!(cell instanceof HTMLElement)) return;
    if (cell.dataset.link) this.follow(cell.dataset.link);
    else this.choose(Number(cell.dataset.row), Number(cell.dataset.column));
    this.page.explain({ ...this.at });
  }

  /** @param {string} link such as "Weights!B4" */
  follow(link) {
    const [, title, letters, row] = /^#?(.*)!\$?([A-Z]+)\$?(\d+)/.exec(link) ?? [];
    const page = titles.indexOf((title ?? "").replace(/^'|'$/g, "").replaceAll("''", "'"));
    if (page >= 0)
      this.open({
        page,
        row: Number(row),
        column: [...letters].reduce((sum, each) => sum * 26 + each.charCodeAt(0) - 64, 0),
      });
  }

  /** @param {KeyboardEvent} event */
  move(event) {
    const { row, column } = this.at,
      screen = Math.max(1, Math.floor(this.view.clientHeight / ROW_HEIGHT) - 3);
    const steps = /** @type {Record<string, [number, number]>} */ ({
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      PageDown: [screen, 0],
      PageUp: [-screen, 0],
      Home: [event.ctrlKey ? -row : 0, -column],
    });
    if (steps[event.key])
      this.choose(row + steps[event.key][0], column + steps[event.key][1]).then(() =>
        this.page.explain({ ...this.at }),
      );
    else if ((event.key === "Enter" || event.key === "F2") && this.canType) this.bar.focus();
    else if (event.key === "Enter") {
      const link = this.sheet.links.get(`${columnLetters(column)}${row}`);
      if (link) this.follow(link);
    } else if (
      event.key.length === 1 &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      this.canType
    ) {
      this.bar.value = "";
      this.bar.focus();
      return;
    } else return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  turn(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    let next = this.at.page;
    do next = (next + step + this.sheets.length) % this.sheets.length;
    while (this.sheets[next].hidden);
    this.open({ page: next, row: 1, column: 1 });
    this.tabs.children[next].focus();
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  async typed(event) {
    const { row, column } = this.at;
    if (event.key === "Escape") {
      this.cells.focus({ preventScroll: true });
      await this.choose(row, column);
    } else if (
      event.key === "Enter" &&
      this.canType &&
      (await this.page.edit({ ...this.at }, this.bar.value))
    ) {
      this.cells.focus({ preventScroll: true });
      await this.choose(row + (entryAt(this.at)?.quantity.blank ? 0 : 1), column);
    }
  }

  /** Copy the formula of a blank down to the end of its block, as dragging does. */
  async fillDown() {
    const { at } = this,
      found = entryAt(at);
    if (!found) return;
    let last = at.row;
    for (
      let next = entryAt({ ...at, row: last + 1 });
      next?.quantity === found.quantity && isSameEpoch(found, next);
      next = entryAt({ ...at, row: last + 1 })
    )
      last++;
    await this.page.change("fill", { ...at, rows: last });
  }
}

/** @type {(one: {quantity: any, index: number[]}, other: {index: number[]}) => boolean} */
const isSameEpoch = (one, other) => one.quantity.axes.length < 2 || one.index[0] === other.index[0];
