// Recalculate workbooks with the engine of the pages, and train networks with its second statement.
//
// node page_engine.mjs values FILE        the values of all formulas, as JSON
// node page_engine.mjs listed FILE TEXT   the values of the ranges of a chart
// node page_engine.mjs train < NETWORK    what reference.js computes
import { readFileSync, writeFileSync } from "node:fs";
import { CellError, columnLetters } from "../xlnn/web/js/formula.js";
import { Model } from "../xlnn/web/js/model.js";
import { trained } from "../xlnn/web/js/reference.js";

const [what, file] = process.argv.slice(2);

async function values() {
  const model = await Model.open(new Uint8Array(readFileSync(file)));
  model.recalculate();
  const found = {};
  for (const { page, row, column } of model.formulas.values()) {
    const value = model.at(page, row, column);
    found[`${model.sheets[page].title}!${columnLetters(column)}${row}`] = value instanceof CellError ? { error: value.code } : value;
  }
  return found;
}

async function listed() {
  const model = await Model.open(new Uint8Array(readFileSync(file)));
  model.recalculate();
  return model.listed(0, process.argv[4], 1, 1);
}

function train() {
  const { network, given } = JSON.parse(readFileSync(0, "utf-8"));
  return trained(network, (name) => given[name] ?? []);
}

async function resaved() {
  const model = await Model.open(new Uint8Array(readFileSync(file)));
  model.recalculate();
  const [, , , , target, page, row, column, value] = process.argv;
  if (page !== undefined) model.edit([{ page: Number(page), row: Number(row), column: Number(column), value: Number(value) }]);
  writeFileSync(target, new Uint8Array(await (await model.save()).arrayBuffer()));
  return {};
}

console.log(JSON.stringify(await { values, listed, train, resaved }[what]()));
