"""How does PyTorch train the two examples of sequences? Run once, by hand; no test imports torch.

    pip install torch numpy
    python tests/pytorch_sequences.py > tests/pytorch_sequences.json

The gradients are those of autograd, from the cost as it is written below; nothing of xlnn is used.
"""

import json
import sys

import numpy as np

EPOCHS = 20


def rnn(torch, weights, x, t):
    """Return half the squared error of an Elman network with a linear output."""
    h, cost = torch.zeros(len(x), 3), 0.0
    for step in range(x.shape[1]):
        h = torch.tanh(h @ weights["U"].T + x[:, step] @ weights["W"].T)
        cost = cost + ((h @ weights["V"].T - t[:, step]) ** 2).sum() / 2
    return cost


def attention(torch, weights, x, t):
    """Return half the squared error of one head of causal self-attention."""
    q, k, v = (x @ weights[name].T for name in ("Wq", "Wk", "Wv"))
    o = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    return ((o - t) ** 2).sum() / 2


def inputs():
    """Return what the examples are trained with."""
    draw = np.random.default_rng(1)
    bits = draw.integers(0, 2, (4, 5, 1))
    shapes = {"U": (3, 3), "W": (3, 2), "V": (1, 3)}
    start = {name: draw.normal(size=(1, *shape)) for name, shape in shapes.items()}
    known = {"x": np.insert(bits, 1, 1, axis=2), "t": bits.cumsum(axis=1) % 2}
    yield rnn, start, known
    draw = np.random.default_rng(1)
    start = {f"W{n}": draw.normal(size=(1, 2, 2)) for n in "qkv"}
    yield attention, start, {n: draw.normal(size=(3, 4, 2)) for n in "xt"}


def main():
    """Print all inputs and results as JSON."""
    import torch  # noqa: PLC0415 -- no dependency of the tests

    torch.set_default_dtype(torch.float64)
    found = {}
    for cost_of, start, known in inputs():
        rounded = {
            name: np.vectorize(lambda number: float(f"{number:.15g}"))(array)
            for name, array in {**start, **known}.items()
        }
        x, t = (torch.tensor(rounded[name]) for name in "xt")
        weights = {name: torch.tensor(rounded[name][0], requires_grad=True) for name in start}
        steps = torch.optim.SGD(weights.values(), lr=0.05)
        costs, gradients = [], {name: [] for name in weights}
        for _ in range(EPOCHS):
            steps.zero_grad()
            cost = cost_of(torch, weights, x, t)
            cost.backward()
            costs.append(cost.item())
            for name, weight in weights.items():
                gradients[name].append(weight.grad.numpy().tolist())
            steps.step()
        found[cost_of.__name__] = {
            "inputs": {name: array.tolist() for name, array in rounded.items()},
            "C_T": costs,
            "gradients": gradients,
        }
    sys.stdout.write(json.dumps({"torch": torch.__version__, **found}) + "\n")


if __name__ == "__main__":
    main()
