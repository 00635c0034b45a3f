"""What are costs, activation functions and optimisers called elsewhere? Known without NumPy."""

from collections.abc import Mapping

from xlnn.data.files import ENCODINGS

LOGITS = {"bcewithlogitsloss": "sigmoid", "crossentropyloss": "softmax"}
"""Costs of PyTorch that hold the activation of the outputs as well."""

COSTS = {
    "squared error": (
        "mse", "MSELoss", "mse_loss", "mean_squared_error", "MeanSquaredError",
    ),
    "cross-entropy": (
        "bce", "BCELoss", "BCEWithLogitsLoss", "binary_cross_entropy", "binary_crossentropy",
        "BinaryCrossentropy",
    ),
    "categorical cross-entropy": (
        "cce", "CrossEntropyLoss", "categorical_crossentropy", "CategoricalCrossentropy",
        "sparse_categorical_crossentropy", "SparseCategoricalCrossentropy",
    ),
}  # fmt: skip
"""Our names of costs, and those of PyTorch and Keras, the shortest first."""

ACTIVATIONS: dict[str, tuple[str, ...]] = {
    "sigmoid": ("logistic",),
    "tanh": (),
    "relu": (),
    "leaky relu": ("leaky_relu", "LeakyReLU"),
    "linear": ("identity",),
    "softmax": (),
}

OPTIMISERS: dict[str, tuple[str, ...]] = dict.fromkeys(("sgd", "momentum", "rmsprop", "adam"), ())

NAMES = {
    "cost": COSTS,
    "activation": ACTIVATIONS,
    "output_activation": ACTIVATIONS,
    "optimizer": OPTIMISERS,
}
"""What the options of a build may be called, capital letters or not."""

CHOICES: dict[str, tuple[str, ...]] = {
    "encoding": ENCODINGS,
    "decimal": (".", ","),
    "missing": ("drop", "mean"),
    "scale": ("none", "range", "standard"),
    "spread": ("normal", "fan-in"),
    **{
        option: tuple(
            next(word for word in (name, *others) if " " not in word)
            for name, others in names.items()
        )
        for option, names in NAMES.items()
    },
}
"""The values of options that have few: of functions a name of one word."""

DIFFERS = {
    "squared error": ("half the sum over N images and K outputs", "N K / 2"),
    "cross-entropy": ("the sum over N images and K outputs", "N K"),
    "categorical cross-entropy": ("the sum over N images", "N"),
}
"""What C_T is where libraries take a mean, and how many times as long a plain step is."""


def by_our_names(options: Mapping[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return options by our names, and what differs from what others call so.

    A name that nobody has stays, and is refused where all names are known.

    >>> by_our_names({"optimizer": ("Adam", "SGD"), "epochs": 3})
    ({'optimizer': ('adam', 'sgd'), 'epochs': 3}, ())
    """
    found, notes = dict(options), []
    for option in NAMES.keys() & options.keys():
        given = options[option]
        several = given if isinstance(given, tuple) else (given,)
        ours = tuple(_ours(option, str(each)) for each in several)
        found[option] = ours if isinstance(given, tuple) else ours[0]
        notes += [
            note for each, name in zip(several, ours, strict=True) if (note := _note(each, name))
        ]
    return found, tuple(notes)


def _ours(option: str, given: str) -> str:
    """Return our name of what is given by any."""
    for name, others in NAMES[option].items():
        if given.casefold() in {name, *map(str.casefold, others)}:
            return name
    return given


def _note(given: object, name: str) -> str:
    """Say how what we call so differs from what is given; nothing where it does not."""
    if given == name:
        return ""
    if name in DIFFERS:
        total, times = DIFFERS[name]
        held = LOGITS.get(str(given).casefold())
        also = f" The {held} that it holds is the output layer's." if held else ""
        return (
            f'{given} is the cost "{name}": C_T is {total}, where libraries take the mean, so that '
            f"a plain step with the same --eta is {times} times as long.{also}"
        )
    if name == "leaky relu":
        return f'{given} has the slope 0.01 below 0, as in PyTorch; "leaky relu 0.3" has another.'
    return ""
