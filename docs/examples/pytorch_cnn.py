"""A network of PyTorch that reads digits as a workbook: filters, maps and weights as formulas.

    pip install "xlnn[onnx]" torch onnxscript
    python docs/examples/pytorch_cnn.py

``digits_cnn.onnx`` beside this file is what it wrote.
"""

import csv
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
DIGITS = HERE.parent.parent / "templates" / "digits-8x8" / "digits.csv"


def digits():
    """Return 1,797 handwritten digits of 8 x 8 pixels, and which each is."""
    with DIGITS.open(encoding="utf-8") as file:
        rows = torch.tensor([[float(field) for field in row] for row in csv.reader(file)])
    return rows[:, 1:].reshape(-1, 1, 8, 8), rows[:, 0].long()


def trained():
    """Return a small network that was trained as introductions to PyTorch do it."""
    torch.manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4 * 3 * 3, 10)
    )
    x, labels = digits()
    optimizer, cost = torch.optim.Adam(model.parameters(), lr=0.01), nn.CrossEntropyLoss()
    for _ in range(40):
        for some in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            cost(model(x[some]), labels[some]).backward()
            optimizer.step()
    return model.eval()


if __name__ == "__main__":
    import xlnn

    model, x = trained(), digits()[0]
    torch.onnx.export(
        model, (x[:2],), "digits_cnn.onnx", external_data=False,
        dynamic_shapes=({0: torch.export.Dim("rows")},),
    )  # fmt: skip
    built = xlnn.build(
        model="digits_cnn.onnx", data=x[:12].flatten(1).numpy(), output="digits_cnn.xlsx"
    )
    print(built, *built.notes, sep="\n")
