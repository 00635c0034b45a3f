// What does a JavaScript library read from a workbook? Prints its cells as JSON, or saves them.
//
//     node tests/readers.js FOLDER xlsx|exceljs FILE [SAVED]
//
// FOLDER holds the node_modules with the library. A cell is [sheet, row, column, value].
const [folder, library, file, saved] = process.argv.slice(2);
const { createRequire } = require("module");
const load = createRequire(`${folder}/`);

function sheetjs(XLSX) {
  const book = XLSX.readFile(file, { dense: true });
  if (saved) XLSX.writeFile(book, saved, { compression: true });
  return book.SheetNames.flatMap((name) =>
    (book.Sheets[name]["!data"] || book.Sheets[name]).flatMap((cells, row) =>
      cells.map((cell, column) => [name, row + 1, column + 1, cell.v]),
    ),
  );
}

async function exceljs(ExcelJS) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(file);
  if (saved) await book.xlsx.writeFile(saved);
  const found = [];
  book.eachSheet((sheet) =>
    sheet.eachRow((cells, row) =>
      cells.eachCell((cell, column) => {
        const value = cell.type === ExcelJS.ValueType.Hyperlink ? cell.text : cell.value;
        found.push([sheet.name, row, column, cell.formula === undefined ? value : cell.result]);
      }),
    ),
  );
  return found;
}

(async () => {
  const read = { xlsx: sheetjs, exceljs }[library];
  const cells = await read(load(library));
  if (!saved) process.stdout.write(JSON.stringify(cells));
})();
