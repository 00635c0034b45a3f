"""How does PyTorch train the experiments after the book? Run once, by hand; no test imports torch.

    pip install torch numpy
    python tests/pytorch_experiments.py > tests/pytorch_experiments.json

Costs are written here as PyTorch has them, and gradients are those of autograd; of xlnn come only
the numbers with which an experiment starts.
"""

import json
import sys
from itertools import permutations

import numpy as np

from xlnn.registry.templates import loaded
from xlnn.workbooks.spec import Spec

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


def gru(torch, w, known):
    """Return the cross-entropy of a GRU of Cho et al. at the last step, and that of an LSTM."""
    x, t = known["x"], known["t"]
    h = torch.zeros(len(x), len(w["bu"]))
    for step in range(x.shape[1]):
        r, u = (
            torch.sigmoid(h @ w[f"U{g}"].T + x[:, step] @ w[f"W{g}"].T + w[f"b{g}"]) for g in "ru"
        )
        g = torch.tanh((r * h) @ w["Ug"].T + x[:, step] @ w["Wg"].T + w["bg"])
        h = u * h + (1 - u) * g
    beside = {name.removesuffix("_lstm"): of for name, of in w.items() if name.endswith("_lstm")}
    cell = torch.nn.LSTM(1, len(w["bu"]), batch_first=True)
    parts = {
        kind: torch.cat([beside[f"{kind}{gate}"] for gate in "ifgo"]) for kind in "UWb"
    }  # in PyTorch's order
    tied = {"weight_hh_l0": parts["U"], "weight_ih_l0": parts["W"], "bias_ih_l0": parts["b"],
            "bias_hh_l0": 0 * parts["b"]}  # fmt: skip
    _, (last, _) = torch.func.functional_call(cell, tied, (x,))
    return (
        entropy(torch, h @ w["V"].T + w["d"], t),
        entropy(torch, last[0] @ beside["V"].T + beside["d"], t),
    )


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


def names(torch, w, known):
    """Return the cross-entropy of the next letters; the second part of E are the places."""
    F, letters = torch.nn.functional, known["letters"].long() - 1
    before = F.pad(letters[:, :-1], (1, 0))  # the full stop, 0, begins a name
    E = w["E"].T
    x = F.embedding(before, E[: -letters.shape[1]]) + E[-letters.shape[1] :]
    q, k, v = (x @ w[name].T for name in ("Wq", "Wk", "Wv"))
    taken = F.scaled_dot_product_attention(q, k, v, is_causal=True) @ w["Wo"].T
    y = F.layer_norm(x + taken, (4,), w["g1"], w["b1"], eps=1e-5)
    f = F.linear(F.relu(F.linear(y, w["W1"], w["c1"])), w["W2"], w["c2"])
    y = F.layer_norm(y + f, (4,), w["g2"], w["b2"], eps=1e-5)
    return F.cross_entropy((y @ w["U"].T).flatten(0, 1), letters.flatten(), reduction="sum")


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


def vae(torch, w, known):
    """Return the cross-entropy of the pixels and the divergence of the spots, times its factor.

    Each epoch takes the noise a row further down.
    """
    x = known["images"].reshape(-1, 12)
    found = []
    middle, s = x @ w["Wmu"].T + w["bmu"], x @ w["Ws"].T + w["bs"]
    noise = torch.roll(known["noise"], -known["epochs_done"], 0)
    z = (middle + torch.exp(s / 2) * noise) @ w["Wx"].T + w["bx"]
    found.append(entropy(torch, z, x))
    spots = torch.distributions.Normal(middle, torch.exp(s / 2))
    plain = torch.distributions.Normal(torch.zeros(2), torch.ones(2))
    found.append(known["factor"] * torch.distributions.kl_divergence(spots, plain).sum())
    return tuple(found)


def gan(torch, w, known):
    """Return the costs of the discriminator and of the generator.

    Neither has a gradient with respect to the weights of the other.
    """
    F, x = torch.nn.functional, known["m"] + known["s"] * known["drawn"]

    def judged(number, weights):
        h = torch.tanh(number @ weights["W"].T + weights["b"])
        return h @ weights["V"].T + weights["c"]

    made = known["noise"] @ w["A"].T + w["B"]
    frozen = {name: weight.detach() for name, weight in w.items()}
    judge = F.softplus(-judged(x, w)).mean() + F.softplus(judged(made.detach(), w)).mean()
    return judge, F.softplus(-judged(made, frozen)).mean()


def batch_norm(torch, w, known):
    """Return the cross-entropy of a network with batch normalisation, and of one without the mean.

    The second takes the mean of the batch for a constant.
    """
    F, x, found = torch.nn.functional, known["points"] + known["offset"], []
    for more in ("", "_cut"):
        of = {n: w[f"{n}{more}"] for n in NORMALISED}
        s = x @ of["W"].T + of["b"]
        if more:
            mean = s.mean(0)
            centred = s - mean.detach()
            variance = (centred**2).mean(0)  # its slope by way of the mean is 0
            norm = centred / torch.sqrt(variance + 1e-5)
            y = norm * of["gamma"] + of["shift"]
        else:
            y = F.batch_norm(s, None, None, of["gamma"], of["shift"], training=True, eps=1e-5)
        found.append(entropy(torch, torch.tanh(y) @ of["V"].T + of["c"], known["t"]))
    return tuple(found)


OF_LSTM = [f"{kind}{gate}" for gate in [*"ifog", "_rnn"] for kind in "UWb"]

OF_GRU = [
    *(f"{kind}{gate}" for kind in "UWb" for gate in "rug"),
    "V",
    "d",
    *(f"{kind}{gate}_lstm" for kind in "UWb" for gate in "ifog"),
    "V_lstm",
    "d_lstm",
]

NORMALISED = ["W", "b", "gamma", "shift", "V", "c"]

OF_BLOCK = ["Wq", "Wk", "Wv", "Wo", "g1", "b1", "W1", "c1", "W2", "c2", "g2", "b2"]

EXPERIMENTS = {
    "rnn": (rnn, dict.fromkeys("UWbVc", "eta")),
    "lstm": (lstm, dict.fromkeys([*OF_LSTM, "V", "d", "V_rnn", "d_rnn"], "eta")),
    "gru": (gru, dict.fromkeys(OF_GRU, "eta")),
    "vae": (vae, dict.fromkeys(["Wmu", "bmu", "Ws", "bs", "Wx", "bx"], "eta")),
    "gan": (gan, {**dict.fromkeys("WbVc", "eta"), **dict.fromkeys("AB", "eta_G")}),
    "batch-norm": (batch_norm, dict.fromkeys(
        [f"{name}{more}" for more in ("", "_cut") for name in NORMALISED], "eta")),
    "attention": (attention, dict.fromkeys(("Wq", "Wk", "Wv", "Wo"), "eta")),
    "transformer": (transformer, dict.fromkeys(["E", *OF_BLOCK, "U"], "eta")),
    "names": (names, dict.fromkeys(["E", *OF_BLOCK, "U"], "eta")),
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
        model = experiment.layout(Spec(name, name, "en", sizes)).model
        known = {
            q.name: torch.tensor(np.array(inputs[q.name], float).reshape(q.input_lengths))
            for q in model.inputs
            if not q.is_text
        }
        weights = {key: known.pop(key)[0].clone().requires_grad_() for key in rates}
        optimiser = getattr(torch.optim, OPTIMISERS[sizes.get("optimizer", "sgd")])
        steps = optimiser(
            [{"params": [weight], "lr": inputs[rates[key]]} for key, weight in weights.items()]
        )
        costs, gradients = [], {key: [] for key in weights}
        for done in range(EPOCHS):
            steps.zero_grad()
            known["epochs_done"] = done
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
