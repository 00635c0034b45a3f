"""Are the gradients in somebody's sheet right? The slopes of the sheet's own cost say.

python docs/examples/audit.py builds a stand-in for a published sheet, and finds its error.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_to_tuple

from xlnn.engines import load
from xlnn.xlsx.package import inspect

C_T = ("Net", "B6")
PAIRS = {
    ("Net", f"{parameter}{row}"): ("Net", f"{gradient}{row}")
    for row in (2, 3, 4)
    for parameter, gradient in zip("BCD", "FGH", strict=True)
}


def stand_in(path, mask):
    """Write a 2-2-1 network of relu units with its gradients; the mask is a factor, or empty."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Net"
    sheet.append([None, "w1", "w2", "b", None, "dC/dw1", "dC/dw2", "dC/db"])
    hidden, output = [(0.4, -0.7, 0.1), (0.6, 0.5, -0.2)], (1.1, -0.9, 0.05)
    names = ("unit 1", "unit 2", "output")
    for row, name, values in zip((2, 3, 4), names, [*hidden, output], strict=True):
        sheet.append([name, *values])
        delta, ins = {2: ("L", "AB"), 3: ("M", "AB"), 4: ("K", "FG")}[row]
        for column, below in zip("FG", ins, strict=True):
            sheet[f"{column}{row}"] = f"=SUMPRODUCT({delta}8:{delta}13,{below}8:{below}13)"
        sheet[f"H{row}"] = f"=SUM({delta}8:{delta}13)"
    sheet["A6"], sheet["B6"] = "C_T", "=SUM(J8:J13)"
    data = [(0, 1, 1), (1, 0, 0), (1, 1, 0), (0.2, 0.9, 1), (0.8, 0.3, 0), (0.5, 0.5, 1)]
    sheet.append(
        ["x1", "x2", "t", "z1", "z2", "a1", "a2", "y", "y-t", "C", "delta3", "delta1", "delta2"]
    )
    for r, row in enumerate(data, 8):
        forward = [f"=SUMPRODUCT(A{r}:B{r},B${n}:C${n})+D${n}" for n in (2, 3)]
        forward += [f"=MAX(0,D{r})", f"=MAX(0,E{r})", f"=F{r}*B$4+G{r}*C$4+D$4"]
        back = [f"=H{r}-C{r}", f"=I{r}^2/2", f"=I{r}"]
        back += [f"=K{r}*B$4{mask.format(f'D{r}')}", f"=K{r}*C$4{mask.format(f'E{r}')}"]
        for column, value in enumerate([*row, *forward, *back], 1):
            sheet.cell(r, column, value)
    book.save(path)


def audit(path, cost, pairs, h=1e-4, engine="formualizer"):
    """Yield each parameter's cell, the gradient that the sheet states, and the slope of its cost.

    All are (sheet, cell); `pairs` leads from each parameter to where its gradient stands.
    """
    inspect(path)  # refuses what no engine should see
    recalculate = load(engine, path)

    def at(place):
        return place[0], *coordinate_to_tuple(place[1])

    def value(values, place):
        sheet, row, column = at(place)
        return values[sheet].at(row, column)

    start = recalculate({})
    for parameter, gradient in pairs.items():
        held = value(start, parameter)
        ahead, back = (recalculate({at(parameter): held + step}) for step in (h, -h))
        slope = (value(ahead, cost) - value(back, cost)) / (2 * h)
        yield parameter, value(start, gradient), slope


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        net = Path(folder, "net.xlsx")
        for name, mask in {"without": "", "with": "*IF({}>0,1,0)"}.items():
            stand_in(net, mask)
            print(f"{name} the mask")
            for (_, cell), stated, slope in audit(net, C_T, PAIRS):
                verdict = "" if abs(stated - slope) <= 1e-8 * max(1, abs(slope)) else "   differs"
                print(f"    {cell}   stated {stated:9.6f}   slope of C_T {slope:9.6f}{verdict}")
