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

/** @type {(count: number, size: (n: number) => number) => Float64Array} where each row or column begins; the headings are number 0 */
function edges(count, size) {
  const found = new Float64Array(count + 2);
  for (let n = 0; n <= count; n++) found[n + 1] = found[n] + size(n);
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
    this.tabs = make("div.tabs", { role: "tablist", "aria-label": say("sheets") });
    this.address = make("output.address", { "aria-label": say("cell") });
    this.options = make("datalist", { id: "options" });
    this.bar = make("input.bar", {
      "aria-label": say("formula_bar"),
      spellcheck: false,
      autocomplete: "off",
      list: "options",
    });
    this.note = make("p.note", { role: "status" });
    this.fill = make("button", { hidden: true, onclick: () => this.fillDown() }, say("fill"));
    this.cells = make("div.cells", { role: "grid", tabIndex: 0, "aria-label": say("sheets") });
    this.inside = make("div.inside", this.cells);
    this.view = make("div.view", this.inside);
    this.element = make(
      "section.sheets",
      { "aria-label": say("sheets") },
      make("h2", say("sheets")),
      make("p.hint", say("sheets_hint")),
      this.tabs,
      make("div.formula", this.address, this.bar, this.fill, this.options),
      this.view,
      this.note,
    );
    /** @type {Place} */
    this.at = { page: 0, row: 1, column: 1 };
    sheets.forEach((sheet, n) =>
      this.tabs.append(
        make(
          "button",
          { role: "tab", onclick: () => this.open({ page: n, row: 1, column: 1 }) },
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
      const width = (/** @type {number} */ c) => {
        const own = sheet.widths.find(([from, to]) => c >= from && c <= to)?.[2] ?? sheet.width;
        return c ? Math.round(own && own * 7 + 5) : NUMBERS;
      };
      const height = (/** @type {number} */ r) =>
        !r
          ? LETTERS
          : sheet.hiddenRows.has(r)
            ? 0
            : Math.round(((sheet.heights.get(r) ?? 15) * 4) / 3);
      const reach = sheet.charts.map(({ from, to, width: w, height: h }) =>
        to
          ? [to.row, to.column]
          : [from.row + Math.ceil(h / ROW_HEIGHT), from.column + Math.ceil(w / 60)],
      );
      this.down = edges(Math.max(sheet.rows + 3, ...reach.map(([r]) => r)), height);
      this.across = edges(Math.max(sheet.columns + 2, ...reach.map(([, c]) => c)), width);
      this.inside.style.width = `${this.across[this.across.length - 1]}px`;
      this.inside.style.height = `${this.down[this.down.length - 1]}px`;
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
    const { view, down, across } = this,
      { row, column } = this.at;
    if (!down || !across) return;
    const [rows, columns] = this.frozen();
    /** @type {(edge: Float64Array, n: number, frozen: number, at: number, size: number) => number} */
    const seen = (edge, n, frozen, at, size) =>
      n <= frozen ? at : Math.max(edge[n + 1] - size, Math.min(edge[n] - edge[frozen + 1], at));
    view.scrollTop = seen(down, row, rows, view.scrollTop, view.clientHeight);
    view.scrollLeft = seen(across, column, columns, view.scrollLeft, view.clientWidth);
  }

  /** @returns {[number, number]} rows and columns that stay, unless they would fill the window */
  frozen() {
    const { view, sheet, down, across } = this,
      [rows, columns] = sheet.frozen;
    return [
      (down?.[rows + 1] ?? 0) > view.clientHeight / 2 ? 0 : rows,
      (across?.[columns + 1] ?? 0) > view.clientWidth / 2 ? 0 : columns,
    ];
  }

  async draw() {
    const { down, across, view } = this,
      { page } = this.at;
    if (!down || !across || !view.clientHeight) return;
    const top = numberAt(down, view.scrollTop + LETTERS),
      bottom = Math.min(
        down.length - 2,
        numberAt(down, view.scrollTop + view.clientHeight) + SPARE,
      ),
      left = Math.max(1, numberAt(across, view.scrollLeft + NUMBERS) - 12),
      beyond = numberAt(across, view.scrollLeft + view.clientWidth) + SPARE,
      right = Math.min(across.length - 2, beyond);
    const [rows, columns] = this.frozen(),
      turn = (this.turns = (this.turns ?? 0) + 1);
    const areas = [
      [top, left, bottom, right],
      [0, left, rows, right],
      [top, 0, bottom, columns],
      [0, 0, rows, columns],
    ];
    const asked = await Promise.all(
      areas.map(([t, l, b, r]) =>
        this.page.ask("view", {
          page,
          top: Math.max(1, t),
          left: Math.max(1, l),
          bottom: b,
          right: r,
        }),
      ),
    );
    if (turn !== this.turns) return;
    const bands = asked.map(({ cells }, n) => this.band(cells, n, areas[n]));
    this.cells.replaceChildren(...bands.reverse());
    if (this.charts) return;
    const charts = await this.drawn();
    if (turn !== this.turns) return;
    this.clearCharts(); // one by one, as the cells may have the focus
    this.inside.append(...charts);
    this.charts = charts;
  }

  /**
   * Put an element over cells.
   * @type {(element: HTMLElement, top: number, left: number, bottom: number, right: number) => void}
   */
  cover(element, top, left, bottom, right) {
    const down = /** @type {Float64Array} */ (this.down),
      across = /** @type {Float64Array} */ (this.across);
    const [x, y] = [across[left], down[top]];
    this.position(element, x, y, across[right + 1] - x, down[bottom + 1] - y);
  }

  /** @type {(element: HTMLElement, x: number, y: number, width: number, height: number) => void} */
  position({ style }, x, y, width, height) {
    [style.left, style.top, style.width, style.height] = [x, y, width, height].map((n) => `${n}px`);
  }

  /**
   * Draw cells, and the headings of rows and columns that stay.
   * @type {(cells: Shown[], number: number, area: number[]) => HTMLElement}
   */
  band(cells, number, [top, left, bottom, right]) {
    const band = make(`div.band.band${number}`, { role: "rowgroup" }),
      { at, sheet } = this,
      down = /** @type {Float64Array} */ (this.down),
      across = /** @type {Float64Array} */ (this.across);
    if (number) {
      const ground = band.appendChild(make("div.ground"));
      this.cover(ground, top, left, Math.max(top, bottom), Math.max(left, right));
    }
    const heading = (/** @type {number} */ row, /** @type {number} */ column, text = "") => {
      const isChosen = row + column > 0 && (row === at.row || column === at.column),
        head = make(`div.box.head${isChosen ? ".chosen" : ""}`, { "aria-hidden": "true" }, text);
      this.cover(band.appendChild(head), row, column, row, column);
    };
    if (!top) for (let c = Math.max(1, left); c <= right; c++) heading(0, c, columnLetters(c));
    if (!left) for (let r = Math.max(1, top); r <= bottom; r++) heading(r, 0, String(r));
    if (!top && !left) heading(0, 0);
    const key = (/** @type {Shown} */ { row, column }) => `${row},${column}`,
      filled = new Set(cells.filter(({ text }) => text).map(key)),
      isCentred = (/** @type {Shown} */ { style }) => style.align === "centerContinuous",
      goesOn = new Set(cells.filter((each) => isCentred(each) && !each.text).map(key)),
      isHere = at.row >= top && at.row <= bottom && at.column >= left && at.column <= right,
      chosen = {
        ...at,
        style: /** @type {import("./book.js").Style} */ ({}),
        text: "",
        isNumber: false,
        isFormula: false,
        isChanged: false,
      },
      isDrawn = !isHere || cells.some((each) => key(each) === key(chosen));
    /** @type {Map<number, HTMLElement>} */
    const rows = new Map();
    for (const shown of isDrawn ? cells : [...cells, chosen]) {
      const { row, column, style, text, isNumber, isFormula, isChanged } = shown;
      if (across[column + 1] === across[column] || down[row + 1] === down[row]) continue;
      const [, , bottomRow = row, merged = column] =
          sheet.merges.find(([r1, c1]) => r1 === row && c1 === column) ?? [],
        isAcross = isCentred(shown) && text !== "",
        isFree = !style.wrap && text && !isNumber && !filled.has(`${row},${column + 1}`),
        isChosen = row === at.row && column === at.column,
        link = sheet.links.get(`${columnLetters(column)}${row}`);
      let last = merged;
      while (isAcross && goesOn.has(`${row},${last + 1}`)) last++;
      const most = (across[last + 1] - across[column]) / 7.5,
        cell = make(
          "div.box",
          { role: "gridcell", "data-row": row, "data-column": column },
          isNumber && style.format === "General" ? fitting(text, most) : text,
        );
      this.cover(cell, row, column, bottomRow, last);
      const looks = { chosen: isChosen, changed: isChanged, computed: isFormula, wrap: style.wrap };
      const more = { figure: isNumber, bordered: style.borders, over: isFree || isAcross, link };
      for (const [look, has] of Object.entries({ ...looks, ...more }))
        if (has) cell.classList.add(look);
      if (isChosen) {
        cell.id = "chosen-cell";
        this.cells.setAttribute("aria-activedescendant", "chosen-cell");
      }
      const usual = isNumber ? "right" : "left",
        align = isCentred(shown) ? "center" : (style.align ?? "general");
      const textAlign = !align || align === "general" ? usual : align;
      Object.assign(cell.style, style.css, { textAlign, justifyContent: textAlign });
      if (link) cell.dataset.link = link;
      if (!rows.has(row)) rows.set(row, make("div.row", { role: "row", "aria-rowindex": row }));
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
    return Promise.all(
      sheet.charts.map(async (chart) => {
        const { from, to, series } = chart,
          [x, y] = [across[from.column] + from.right, down[from.row] + from.down],
          width = to ? across[to.column] + to.right - x : chart.width,
          height = to ? down[to.row] + to.down - y : chart.height;
        const ranges = series.flatMap((each) =>
          [each.x, each.y, each.labels].map((range) => [at.page, range]),
        );
        const drawing = scatter(chart, width, height, await this.page.ask("series", { ranges }));
        const element = make(chart.isClear ? "div.chart.clear" : "div.chart", drawing);
        this.position(element, x, y, width, height);
        return element;
      }),
    );
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
