"""Which models does PyTorch itself write? Run by hand, where PyTorch is; CI reads what it wrote.

    python -m venv torch && torch/bin/pip install torch onnx onnxscript
    torch/bin/python tests/models/make.py

Each model comes with an ``.npz`` of a few inputs x and PyTorch's own outputs y for them.
``versions.txt`` says which PyTorch wrote them.
"""

import sys
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

HERE = Path(__file__).parent
EXAMPLE = HERE.parent.parent / "docs" / "examples" / "digits_cnn.onnx"
sys.path.append(str(EXAMPLE.parent))
WRITERS = {"": True, "_torchscript": False}
"""How PyTorch exports: by its compiler, as it does from 2.9 on, or by TorchScript, as before."""


class View(nn.Module):
    """A network that flattens its maps by a view of a computed size."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 3, 3, padding=1, stride=2)
        self.out = nn.Linear(3 * 4 * 4, 4)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        return torch.softmax(self.out(x.view(x.size(0), -1)), dim=1)


def mlp():
    return nn.Sequential(
        nn.Linear(4, 6), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(6, 5), nn.Tanh(),
        nn.Linear(5, 3), nn.Softmax(dim=1),
    )  # fmt: skip


def batchnorm():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.MaxPool2d(3, stride=2, padding=1),
        nn.ReLU(), nn.Conv2d(4, 5, 2), nn.ReLU(), nn.BatchNorm2d(5), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(5, 3),
    )  # fmt: skip


def regression():
    return nn.Sequential(
        nn.BatchNorm1d(5), nn.Linear(5, 4), nn.Sigmoid(), nn.BatchNorm1d(4), nn.Linear(4, 2)
    )


def settled(model, shape):
    """Give batch normalisation means and variances that are not 0 and 1."""
    model.train()
    for _ in range(5):
        model(2 * torch.randn(32, *shape) + 1)
    return model


def write(path, model, x):
    model.eval()
    for suffix, by_compiler in WRITERS.items():
        named = path.with_stem(path.stem + suffix)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if by_compiler:
                torch.onnx.export(
                    model, (x,), named, dynamo=True, external_data=False, verbose=False,
                    dynamic_shapes=({0: torch.export.Dim("batch")},),
                )  # fmt: skip
            else:
                torch.onnx.export(
                    model, (x,), named, dynamo=False, dynamic_axes={"x": {0: "batch"}},
                    input_names=["x"],
                )  # fmt: skip
        stripped = onnx.load(named)
        for node in stripped.graph.node:  # paths of the machine, as notes of where it stood
            del node.metadata_props[:]
            node.doc_string = ""
        onnx.save(stripped, named)
    with torch.no_grad():
        np.savez(path.with_suffix(".npz"), x=x.numpy(), y=model(x).numpy())


def main():
    from pytorch_cnn import digits, trained

    torch.manual_seed(1)
    write(HERE / "mlp.onnx", mlp(), torch.randn(6, 4))
    write(HERE / "view.onnx", View(), torch.rand(5, 1, 8, 8))
    write(HERE / "batchnorm.onnx", settled(batchnorm(), (1, 7, 7)), torch.randn(5, 1, 7, 7))
    write(HERE / "regression.onnx", settled(regression(), (5,)), torch.randn(6, 5))
    write(EXAMPLE, trained(), digits()[0][:12])
    EXAMPLE.with_stem("digits_cnn_torchscript").rename(HERE / "digits_cnn_torchscript.onnx")
    EXAMPLE.with_suffix(".npz").rename(HERE / "digits_cnn.npz")
    names = ("torch", "onnx", "onnxscript")
    lines = [f"{name} {metadata.version(name)}\n" for name in names]
    (HERE / "versions.txt").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
