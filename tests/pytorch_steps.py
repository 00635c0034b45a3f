"""What do PyTorch's optimisers make of the book's images? Run once, by hand; no test imports torch.

    pip install torch numpy
    python tests/pytorch_steps.py > tests/pytorch_steps.json

The gradients are those of autograd, from the cost as it is written below; nothing of xlnn is used
but its images and its start. The penalty is PyTorch's weight_decay, in a group of the weights.
"""

import csv
import json
import sys
from pathlib import Path

DIGITS = Path(__file__).parent.parent / "templates" / "digits"
EPOCHS = 50
RUNS = {
    "sgd": ({"lr": 0.2}, "SGD"),
    "momentum": ({"lr": 0.05, "momentum": 0.9}, "SGD"),
    "rmsprop": ({"lr": 0.02, "alpha": 0.9, "eps": 1e-8}, "RMSprop"),
    "adam": ({"lr": 0.1, "betas": (0.9, 0.999), "eps": 1e-8}, "Adam"),
}
DECAYS = (0.0, 0.02)


def trained(torch, optimiser, options, decay, x, t, start):
    """Return C_T of each epoch, and the weights after the last one."""
    parameters = {name: torch.tensor(value, requires_grad=True) for name, value in start.items()}
    groups = [
        {"params": [parameters[name]], "weight_decay": decay if name.startswith("W") else 0.0}
        for name in parameters
    ]
    steps = getattr(torch.optim, optimiser)(groups, **options)
    costs = []
    for _ in range(EPOCHS):
        a2 = torch.sigmoid(x @ parameters["W2"].T + parameters["b2"])
        a3 = torch.sigmoid(a2 @ parameters["W3"].T + parameters["b3"])
        cost = ((t - a3) ** 2).sum() / 2
        squares = sum((parameters[name] ** 2).sum() for name in ("W2", "W3"))
        costs.append((cost + decay / 2 * squares).item())
        steps.zero_grad()
        cost.backward()
        steps.step()
    return {
        "C_T": costs,
        **{name: value.detach().numpy().tolist() for name, value in parameters.items()},
    }


def main():
    """Print all runs as JSON."""
    import torch  # noqa: PLC0415 -- no dependency of the tests

    torch.set_default_dtype(torch.float64)
    with (DIGITS / "images.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row[0] in {"0", "1"}]
    x = torch.tensor([[float(pixel) for pixel in row[1:]] for row in rows])
    t = torch.tensor([[float(row[0] == label) for label in "01"] for row in rows])
    start = json.loads((DIGITS / "start.json").read_text(encoding="utf-8"))
    runs = {
        f"{name}, {decay}": {
            "options": options,
            "l2": decay,
            **trained(torch, optimiser, options, decay, x, t, start),
        }
        for name, (options, optimiser) in RUNS.items()
        for decay in DECAYS
    }
    versions = {"torch": torch.__version__, "python": sys.version.split()[0]}
    json.dump({"versions": versions, "runs": runs}, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
