"""Write a small network whose hidden units lack their masks, audit it, mend it, audit it again."""

from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import Workbook

import xlnn


def write(path, mask):
    """Write a 2-2-1 network of relu units with its gradients; the mask is a factor, or empty."""
    book = Workbook()
    sheet = book.active
    sheet.append([None, "w1", "w2", "b", None, "dC/dw1", "dC/dw2", "dC/db"])
    weights = {"unit 1": (0.4, -0.7, 0.1), "unit 2": (0.6, 0.5, -0.2), "output": (1.1, -0.9, 0.05)}
    for row, (name, values) in enumerate(weights.items(), start=2):
        sheet.append([name, *values])
        delta, inputs = {2: ("L", "AB"), 3: ("M", "AB"), 4: ("K", "FG")}[row]
        for column, below in zip("FG", inputs, strict=True):
            sheet[f"{column}{row}"] = f"=SUMPRODUCT({delta}8:{delta}13,{below}8:{below}13)"
        sheet[f"H{row}"] = f"=SUM({delta}8:{delta}13)"
    sheet["A6"], sheet["B6"] = "C", "=SUM(J8:J13)"
    data = [(0, 1, 1), (1, 0, 0), (1, 1, 0), (0.2, 0.9, 1), (0.8, 0.3, 0), (0.5, 0.6, 1)]
    sheet.append(["x1", "x2", "t", "z1", "z2", "a1", "a2", "y", "y-t", "C", "δ3", "δ1", "δ2"])
    for r, row in enumerate(data, start=8):
        forward = [f"=SUMPRODUCT(A{r}:B{r},B${n}:C${n})+D${n}" for n in (2, 3)]
        forward += [f"=MAX(0,D{r})", f"=MAX(0,E{r})", f"=F{r}*B$4+G{r}*C$4+D$4"]
        back = [f"=H{r}-C{r}", f"=I{r}^2/2", f"=I{r}"]
        back += [f"=K{r}*{w}{mask.format(z)}" for w, z in (("B$4", f"D{r}"), ("C$4", f"E{r}"))]
        for column, value in enumerate([*row, *forward, *back], start=1):
            sheet.cell(r, column, value)
    book.save(path)


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        net = Path(folder, "net.xlsx")
        for name, mask in {"without": "", "with": "*IF({}>0,1,0)"}.items():
            write(net, mask)
            found = xlnn.audit(net)
            print(
                f"{name} masks: {found.count('wrong')} of {len(found.judged)} gradients are wrong"
            )
            for each in found.judged:
                if each.verdict == "wrong":
                    numbers = f"stated {each.stated:9.5f}   slope {each.slope:9.5f}"
                    print(f"    {each.parameter}   {each.gradient}   {numbers}")
            for each in found.findings:
                print(f"    {each.kind} of {each.said.get('cells')}, missing in {each.cells}")
