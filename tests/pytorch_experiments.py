"""How does PyTorch train the experiments after the book? Run once, by hand; no test imports torch.

    pip install torch numpy
    python tests/pytorch_experiments.py > tests/pytorch_experiments.json

Costs are written here as PyTorch has them, and gradients are those of autograd; of xlnn come only
the numbers with which an experiment starts.
"""

import json
import sys
from itertools import permutations

from xlnn.registry.templates import loaded

EPOCHS = 5


def rnn(torch, w, known):
    """Return the cross-entropy of an Elman network at all steps."""
    x, t = known["x"], known["t"]
    h, cost = torch.zeros(len(x), len(w["b"])), 0.0
    for step in range(x.shape[1]):
        h = torch.tanh(h @ w["U"].T + x[:, step] @ w["W"].T + w["b"])
        cost = cost + entropy(torch, h @ w["V"].T + w["c"], t[:, step])
    return cost


def lstm(torch, w, known):
    """Return the cross-entropy of an LSTM at the last step, and that of an Elman network."""
    x, t = known["x"], known["t"]
    h, c = (torch.zeros(len(x), len(w["bi"])) for _ in range(2))
    for step in range(x.shape[1]):
        z = {g: h @ w[f"U{g}"].T + x[:, step] @ w[f"W{g}"].T + w[f"b{g}"] for g in "ifog"}
        c = torch.sigmoid(z["f"]) * c + torch.sigmoid(z["i"]) * torch.tanh(z["g"])
        h = torch.sigmoid(z["o"]) * torch.tanh(c)
    simple = torch.zeros(len(x), len(w["b_rnn"]))
    for step in range(x.shape[1]):
        sums = simple @ w["U_rnn"].T + x[:, step] @ w["W_rnn"].T + w["b_rnn"]
        simple = torch.tanh(sums)
    costs = entropy(torch, h @ w["V"].T + w["d"], t)
    return costs, entropy(torch, simple @ w["V_rnn"].T + w["d_rnn"], t)


def entropy(torch, z, t):
    """Return the cross-entropy of a sigmoid output."""
    function = torch.nn.functional.binary_cross_entropy_with_logits
    return function(z, t, reduction="sum")


def attention(torch, w, known):
    """Return the cross-entropy of a head of causal self-attention at all positions."""
    letters = known["letters"]
    letter = torch.nn.functional.one_hot((letters.long() - 1) % 3, 3) * 1.0
    capital = (letters > 3)[..., None] * 1.0
    x = torch.cat([letter, capital], 2) + encoded(torch, letters.shape[1])
    q, k, v = (x @ w[name].T for name in ("Wq", "Wk", "Wv"))
    o = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    answers = (o @ w["Wo"].T).flatten(0, 1)
    targets = known["t"].long().flatten() - 1
    return torch.nn.functional.cross_entropy(answers, targets, reduction="sum")


def encoded(torch, positions):
    """Return the positional encoding of four numbers for each position."""
    angles = torch.arange(positions)[:, None] / 10000 ** (torch.tensor([0.0, 2.0]) / 4)
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)


def transformer(torch, w, known):
    """Return the cross-entropy of the next words, after one block of a transformer."""
    F, words = torch.nn.functional, known["read"].long() - 1
    x = F.embedding(words, w["E"]) * 2 + encoded(torch, words.shape[1])
    q, k, v = (x @ w[name].T for name in ("Wq", "Wk", "Wv"))
    taken = F.scaled_dot_product_attention(q, k, v, is_causal=True) @ w["Wo"].T
    y = F.layer_norm(x + taken, (4,), w["g1"], w["b1"], eps=1e-5)
    f = F.linear(F.relu(F.linear(y, w["W1"], w["c1"])), w["W2"], w["c2"])
    y = F.layer_norm(y + f, (4,), w["g2"], w["b2"], eps=1e-5)
    targets = known["next"].long().flatten() - 1
    return F.cross_entropy((y @ w["U"].T).flatten(0, 1), targets, reduction="sum")


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


OF_LSTM = [f"{kind}{gate}" for gate in [*"ifog", "_rnn"] for kind in "UWb"]

OF_BLOCK = ["Wq", "Wk", "Wv", "Wo", "g1", "b1", "W1", "c1", "W2", "c2", "g2", "b2"]

EXPERIMENTS = {
    "rnn": (rnn, dict.fromkeys("UWbVc", "eta")),
    "lstm": (lstm, dict.fromkeys([*OF_LSTM, "V", "d", "V_rnn", "d_rnn"], "eta")),
    "attention": (attention, dict.fromkeys(("Wq", "Wk", "Wv", "Wo"), "eta")),
    "transformer": (transformer, dict.fromkeys(["E", *OF_BLOCK, "U"], "eta")),
    "autoencoder": (autoencoder, dict.fromkeys(("W2", "b2", "W3", "b3"), "eta")),
    "embeddings": (embeddings, {**dict.fromkeys(("P", "bu", "Q", "bi"), "eta"),
                                **dict.fromkeys("VU", "eta_words")}),
}  # fmt: skip
"""The cost of each experiment, or its costs, and the learning rate of each of its weights."""

OPTIMISERS = {"sgd": "SGD", "adam": "Adam"}


def main():
    """Print the cost of each epoch and the gradient of each weight as JSON."""
    import torch  # noqa: PLC0415 -- no dependency of the tests

    torch.set_default_dtype(torch.float64)
    found = {}
    for name, (cost_of, rates) in EXPERIMENTS.items():
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
        optimiser = getattr(torch.optim, OPTIMISERS[sizes.get("optimizer", "sgd")])
        steps = optimiser(
            [{"params": [weight], "lr": inputs[rates[key]]} for key, weight in weights.items()]
        )
        costs, gradients = [], {key: [] for key in weights}
        for _ in range(EPOCHS):
            steps.zero_grad()
            cost = cost_of(torch, weights, known)
            total = sum(cost) if isinstance(cost, tuple) else cost  # of networks side by side
            total.backward()
            costs.append(total.item())
            for key, weight in weights.items():
                gradients[key].append(weight.grad.tolist())
            steps.step()
        found[name] = {"C_T": costs, "gradients": gradients}
    sys.stdout.write(json.dumps({"torch": torch.__version__, **found}) + "\n")


if __name__ == "__main__":
    main()
