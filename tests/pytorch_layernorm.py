"""How does PyTorch train a network with layer normalisation? Run once, by hand.

    pip install torch numpy
    python tests/pytorch_layernorm.py > tests/pytorch_layernorm.json

A dense layer of 5 linear units, its layer normalisation under tanh, and 3 sigmoid outputs. The
gradients are those of autograd; nothing of xlnn is used, and no test imports torch.
"""

import json
import sys

import numpy as np

EPOCHS, ETA = 20, 0.3
SHAPES = {"W2": (5, 4), "b2": (5,), "gain3": (5,), "shift3": (5,), "W4": (3, 5), "b4": (3,)}


def cost_of(torch, weights, x, t):
    """Return half the squared error of all images."""
    z2 = x @ weights["W2"].T + weights["b2"]
    z3 = torch.nn.functional.layer_norm(z2, (5,), weights["gain3"], weights["shift3"], 1e-5)
    a4 = torch.sigmoid(torch.tanh(z3) @ weights["W4"].T + weights["b4"])
    return ((a4 - t) ** 2).sum() / 2


def inputs():
    """Return the start and the data, each number as a cell holds it."""
    draw = np.random.default_rng(1)
    given = {name: draw.normal(size=shape) for name, shape in SHAPES.items()}
    given |= {"x": draw.normal(size=(6, 4)), "t": np.eye(3)[draw.integers(0, 3, 6)]}
    return {
        name: np.vectorize(lambda number: float(f"{number:.15g}"))(array)
        for name, array in given.items()
    }


def main():
    """Print all inputs and results as JSON."""
    import torch  # noqa: PLC0415 -- no dependency of the tests

    torch.set_default_dtype(torch.float64)
    given = inputs()
    x, t = (torch.tensor(given[name]) for name in "xt")
    weights = {name: torch.tensor(given[name], requires_grad=True) for name in SHAPES}
    steps = torch.optim.SGD(weights.values(), lr=ETA)
    costs, gradients = [], {name: [] for name in weights}
    for _ in range(EPOCHS):
        steps.zero_grad()
        cost = cost_of(torch, weights, x, t)
        cost.backward()
        costs.append(cost.item())
        for name, weight in weights.items():
            gradients[name].append(weight.grad.numpy().tolist())
        steps.step()
    found = {"inputs": {name: array.tolist() for name, array in given.items()}}
    found |= {"C_T": costs, "gradients": gradients, "eta": ETA, "torch": torch.__version__}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
