"""Yield the quantities that experiments share: weights that are trained, and choices of a row."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from xlnn.equations.lookup import Asked, UsedNumber
from xlnn.equations.optimiser import DIRECTION, OPTIMISERS, Correction, Count
from xlnn.equations.surface import Descent
from xlnn.quantity import Axis, Quantity, Use, previous
from xlnn.registry.text import Text


def trained(
    *weights: Quantity, epochs: int, optimizer: str = "sgd", sheet: str = "optimiser"
) -> Iterator[Quantity]:
    """Yield weights that are trained, and before them what the optimiser remembers.

    They go along an axis ``epoch`` from the state 0, which is typed in. The model states ``eta``,
    and for each weight X its gradient ``dC_dX`` along an axis ``epoch`` that counts from 1.

    Parameters
    ----------
    *weights : Quantity
        Each with its name, shape, title and sheet; with axes, after that of the epochs; and with
        ``uses`` if its learning rate is not ``eta``.
    epochs : int
    optimizer : {"sgd", "momentum", "rmsprop", "adam"}
    sheet : str
        Where the constants and memories of the optimiser stand.

    >>> [each.name for each in trained(Quantity("W"), epochs=3, optimizer="momentum")]
    ['mu', 'velocity_W', 'W']
    """
    optimiser = OPTIMISERS[optimizer]
    state = Axis("epoch", epochs + 1, "up", counts_from=0)
    kept = partial(
        Quantity, sheet=sheet, axes=(state,), given=1, is_record=True, role="backward",
        number_format="0.000000",
    )  # fmt: skip
    for name, constant in optimiser.constants.items():
        yield Quantity(
            name, **_named(name), sheet=sheet, between=constant.probed, role="input",
            number_format="General",
        )  # fmt: skip
    if optimiser.corrected:
        yield kept(
            "steps", **_named("steps"), equation=Count(), uses={"before": previous("steps")},
            number_format="0",
        )  # fmt: skip
    for name, beta in optimiser.corrected.items():
        uses = {"beta": beta, "steps": "steps"}
        yield kept(name, **_named(name), equation=Correction(), uses=uses)
    for weight in weights:
        gradient = previous(f"dC_d{weight.name}")
        for name, memory in optimiser.memories.items():
            own = f"{name}_{weight.name}"
            uses = {"before": previous(own), "gradient": gradient, memory.role: memory.constant}
            yield kept(
                own, f"{name}_W", **_named(name, weight), shape=weight.shape,
                axes=(state, *weight.axes), equation=memory.equation, uses=uses,
            )  # fmt: skip
        if optimiser.direction:
            found = {name: Use(f"{name}_{weight.name}") for name in optimiser.memories}
            found |= {"gradient": gradient}
            uses = {role: found.get(role, Use(role)) for role in optimiser.direction.roles}
            yield kept(
                f"{DIRECTION}_{weight.name}", f"{DIRECTION}_W", **_named(DIRECTION, weight),
                shape=weight.shape, axes=(state, *weight.axes), equation=optimiser.direction,
                uses=uses,
            )  # fmt: skip
        step = Use(f"{optimiser.step}_{weight.name}") if optimiser.step else gradient
        uses = {"eta": "eta", **weight.uses, "w": previous(weight.name), "gradient": step}
        axes, symbol = (state, *weight.axes), weight.symbol.rstrip("{}²³⁴⁵")  # of any layer
        taken = NAMED[optimiser.step][0] if optimiser.step else f"∂C/∂{symbol}"
        yield replace(
            weight, axes=axes, equation=Descent(), uses=uses, given=1, role="weight",
            written=f"{symbol} ← {symbol} − η {taken}",
        )  # fmt: skip


# fmt: off
NAMED = {
    "mu": ("μ", "momentum"), "beta": ("β", "decay rate"),
    "beta1": ("β₁", "decay rate, of the gradients"),
    "beta2": ("β₂", "decay rate, of their squares"), "epsilon": ("ε", "smallest divisor"),
    "steps": ("n", "steps taken"), "correction1": ("1 − β₁ⁿ", "correction of m"),
    "correction2": ("1 − β₂ⁿ", "correction of v"),
    "velocity": ("v", "velocity of the weights"),
    "square": ("s", "mean square of the weights' gradients"),
    "moment1": ("m", "mean of the weights' gradients"),
    "moment2": ("v", "mean square of the weights' gradients"),
    "direction": ("r", "direction of the weights"),
}
"""The symbol of what an optimiser takes or remembers, and its title."""
# fmt: on


def constants(optimizer: str) -> dict[str, float]:
    """Return what the constants of an optimiser usually are, by name.

    >>> constants("adam")
    {'beta1': 0.9, 'beta2': 0.999, 'epsilon': 1e-08}
    """
    return {name: each.usual for name, each in OPTIMISERS[optimizer].constants.items()}


def _named(name: str, weight: Quantity | None = None) -> dict[str, str]:
    """Return the symbol and the title of what is remembered, of a weight as m(U₁₂)."""
    symbol, title = NAMED[name]
    if weight is None:
        return {"symbol": symbol, "title": title}
    own = weight.symbol if "{}" in weight.symbol or not weight.shape else f"{weight.symbol}{{}}"
    return {"symbol": f"{symbol}({own})", "title": title}


def choice(  # noqa: PLR0913 -- what names cells
    name: str, axis: Axis, words: Text, *, title: str = "", sheet: str, used: str = ""
) -> Iterator[Quantity]:
    """Yield the cell in which a person chooses an entry of an axis, and what stands beside it.

    ``{name}_used`` is the whole number within range that `Chosen` takes, whatever was typed;
    ``{name}_asked`` tells whoever typed another one what to type.

    Parameters
    ----------
    name : str
    axis : Axis
        Its entries are numbered as a person counts them.
    words : Text
    title, sheet : str
    used : str
        What the number that is used is called, if not ``{name}_used``.
    """
    least, most = axis.counts_from, axis.counts_from + axis.length - 1
    said = {"sheet": sheet, "number_format": "0"}
    yield Quantity(name, title=title, symbol=" ", role="input", choices=(least, most), **said)
    used, uses = used or f"{name}_used", {"chosen": name}
    yield Quantity(used, symbol=" ", equation=UsedNumber(least, most), uses=uses, **said)
    ask = Asked(words("validation", "choice", least=least, largest=most))
    yield Quantity(f"{name}_asked", equation=ask, uses={**uses, "used": used}, is_text=True, **said)
