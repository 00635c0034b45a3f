"""Names that other libraries give to costs, activation functions and optimisers."""

LOGITS = {"bcewithlogitsloss": "sigmoid", "crossentropyloss": "softmax"}
"""Costs of PyTorch that include the activation of the outputs."""

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
"""The same for activation functions; case does not matter."""

OPTIMISERS: dict[str, tuple[str, ...]] = dict.fromkeys(("sgd", "momentum", "rmsprop", "adam"), ())

DIFFERS = {
    "squared error": ("half the sum over N images and K outputs", "N K / 2"),
    "cross-entropy": ("the sum over N images and K outputs", "N K"),
    "categorical cross-entropy": ("the sum over N images", "N"),
}
"""What C_T is where libraries use a mean, and the factor by which a plain step is longer."""


def note(given: str, name: str) -> str:
    """Return how a name's meaning here differs from that in other libraries, or ""."""
    if given == name:
        return ""
    if name in DIFFERS:
        total, times = DIFFERS[name]
        held = LOGITS.get(given.casefold())
        also = f" The {held} that it holds is the output layer's." if held else ""
        return (
            f'{given} is the cost "{name}": C_T is {total}, where libraries take the mean, so that '
            f"a plain step with the same --eta is {times} times as long.{also}"
        )
    if name == "leaky relu":
        return f'{given} has the slope 0.01 below 0, as in PyTorch; "leaky relu 0.3" has another.'
    return ""
