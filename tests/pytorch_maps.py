"""How does PyTorch train embeddings and the autoencoder? Run once, by hand; no test imports torch.

    pip install torch numpy
    python tests/pytorch_maps.py > tests/pytorch_maps.json

Costs are written here as PyTorch has them, and gradients are those of autograd; of xlnn come only
the numbers with which an experiment starts.
"""

import json
import sys
from itertools import permutations

from xlnn.registry.templates import loaded

EPOCHS = 5


def embeddings(torch, w, known):
    """Return the costs of the ratings and of the words."""
    u, i = (known[name].long() - 1 for name in ("person_of", "film_of"))
    r, penalty = known["r"], known["penalty"]
    found = r.mean() + w["bu"][u] + w["bi"][i] + (w["P"][u] * w["Q"][i]).sum(dim=1)
    squares = sum((w[name] ** 2).sum() for name in ("P", "bu", "Q", "bi"))
    ratings = ((found - r) ** 2).sum() / 2 + penalty * squares / 2
    pairs = [
        (line[a], line[b])
        for line in known["token"].long().tolist()
        for a, b in permutations(range(3), 2)
    ]
    centre, beside = torch.tensor(pairs).T - 1
    scores = w["V"][centre] @ w["U"].T
    return ratings, torch.nn.functional.cross_entropy(scores, beside, reduction="sum")


def autoencoder(torch, w, known):
    """Return half the squared error of the images that come out."""
    x = known["images"].reshape(-1, 12)
    code = torch.tanh(torch.where(known["drawn"] < known["noise"], 0, x) @ w["W2"].T + w["b2"])
    found = torch.sigmoid(code @ w["W3"].T + w["b3"])
    return (((found - x) ** 2).sum() / 2,)


EXPERIMENTS = {
    "autoencoder": (autoencoder, dict.fromkeys(("W2", "b2", "W3", "b3"), "eta")),
    "embeddings": (embeddings, {**dict.fromkeys(("P", "bu", "Q", "bi"), "eta"),
                                **dict.fromkeys("VU", "eta_words")}),
}  # fmt: skip
"""The costs of each experiment, and the learning rate of each of its weights."""


def main():
    """Print the cost of each epoch and the gradient of each weight as JSON."""
    import torch  # noqa: PLC0415 -- no dependency of the tests

    torch.set_default_dtype(torch.float64)
    found = {}
    for name, (costs_of, rates) in EXPERIMENTS.items():
        experiment = loaded(name)
        sizes = {key: size.usual for key, size in experiment.sizes.items()} | {"epochs": EPOCHS}
        given = experiment.from_template(experiment.template).inputs  # images, for some
        inputs = {**experiment.inputs(sizes), **given}
        known = {
            key: torch.tensor(value) * 1.0
            for key, value in inputs.items()
            if not key.startswith(("name", "label"))
        }
        weights = {key: known.pop(key)[0].clone().requires_grad_() for key in rates}
        steps = torch.optim.SGD(
            [{"params": [weight], "lr": inputs[rates[key]]} for key, weight in weights.items()]
        )
        costs, gradients = [], {key: [] for key in weights}
        for _ in range(EPOCHS):
            steps.zero_grad()
            cost = sum(costs_of(torch, weights, known))
            cost.backward()
            costs.append(cost.item())
            for key, weight in weights.items():
                gradients[key].append(weight.grad.tolist())
            steps.step()
        found[name] = {"C_T": costs, "gradients": gradients}
    sys.stdout.write(json.dumps({"torch": torch.__version__, **found}) + "\n")


if __name__ == "__main__":
    main()
