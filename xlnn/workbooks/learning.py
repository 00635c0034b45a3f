"""Yield the quantities that experiments share: weights that are trained, and choices of a row."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import inf, isfinite
from typing import Any

import numpy as np

from xlnn.arguments import is_number, is_whole, wrong
from xlnn.axis import Axis
from xlnn.equation import Equation
from xlnn.equations.lookup import Asked, Chosen, NameOf, UsedNumber
from xlnn.equations.optimiser import OPTIMISERS, Optimiser, optimiser_named
from xlnn.model import Copy
from xlnn.quantity import GradientOf, Quantity
from xlnn.registry.text import Text


def stepped(
    weights: Iterable[Quantity],
    optimiser: Optimiser,
    state: Axis,
    memory: Callable[[str, Quantity | None], Quantity],
) -> Iterator[Quantity]:
    """Yield trained weights along an axis of states, each after the memories of its gradient.

    Parameters
    ----------
    weights : iterable of Quantity
    optimiser : Optimiser
    state : Axis
        Its first entry is typed.
    memory : function
        Returns the quantity of a memory, given its name and the weight, or None if all weights
        share it; its equation is filled in.
    """

    def kept(name: str, equation: Equation, weight: Quantity | None = None) -> Quantity:
        of = {} if weight is None else {"shape": weight.shape}
        rows = () if weight is None else weight.axes
        return replace(
            memory(name, weight), equation=equation, axes=(state, *rows), given=1, is_record=True,
            **of,
        )  # fmt: skip

    for name, equation in optimiser.counted.items():
        yield kept(name, equation)
    for weight in weights:
        for name, equation in optimiser.remembered(weight.name).items():
            yield kept(name, equation, weight)
        step = optimiser.step_of(weight.name)
        yield replace(weight, axes=(state, *weight.axes), equation=step, given=1)


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
"""The symbols and titles of an optimiser's constants and memories."""
# fmt: on


class Weight:
    """A weight that is trained, with the equation of its gradient, for `Weights`.

    Parameters
    ----------
    shape : tuple of int
    slope : Equation
        The equation of its gradient.
    *of : str
        What the gradient is computed from, in the order of the equation's arguments.
    gradient : dict
        Fields of the gradient's own quantity, such as its ``meaning``.
    start : float or None
        Its initial value, if that is not random.
    cost, exact
        As in `Weights`, for this weight.
    **fields : object
        Fields of the weight's own quantity, such as its title or its axes.

    Raises
    ------
    OptionsError
        The start is not a finite number.
    """

    def __init__(  # noqa: PLR0913 -- what is said of a weight and of its gradient
        self,
        shape: tuple[int, ...],
        slope: Equation,
        *of: str,
        gradient: Mapping[str, str] | None = None,
        start: float | None = None,
        cost: str = "",
        exact: bool = True,
        **fields: Any,  # noqa: ANN401 -- the fields of a quantity
    ) -> None:
        if start is not None and not (is_number(start) and isfinite(start)):
            raise wrong("start of a weight", start, "a finite number")
        self.shape, self.slope, self.fields = shape, slope.of(*of), fields
        self.gradient, self.start = gradient or {}, start
        self.cost, self.exact = cost, exact


class Weights:
    """The weights of a network, each stated once with its gradient.

    Parameters
    ----------
    weights : dict of Weight
        The weights, by name.
    cost : str
        The cost whose slopes the gradients are: one number in each epoch, by default ``C_T``.
    exact : bool
        Whether each gradient is meant to be the slope of the cost. Say False of gradients that are
        cut off or clipped, pass straight through a step, or have a penalty added that the cost
        does not have.
    **shared : object
        Fields of their quantities that all share, such as their sheet, by default ``weights``.

    >>> from xlnn.equations.units import bias_slope, slope
    >>> layer = Weights({"W": Weight((3, 2), slope("row"), "delta", "x"),
    ...                  "b": Weight((3,), bias_slope("row"), "delta")})
    >>> [q.name for q in (*layer.trained(5), *layer.gradients(5))]
    ['W', 'b', 'dC_dW', 'dC_db']
    >>> layer.drawn(seed=0)["b"].shape
    (1, 3)
    """

    def __init__(
        self,
        weights: Mapping[str, Weight],
        *,
        cost: str = "",
        exact: bool = True,
        **shared: Any,  # noqa: ANN401 -- the same
    ) -> None:
        self._stated, shared = dict(weights), {"sheet": "weights", **shared}
        self._cost, self._exact = cost, exact
        self._quantities = {
            name: Quantity(name, shape=weight.shape, **shared | weight.fields)
            for name, weight in weights.items()
        }

    def __iter__(self) -> Iterator[str]:
        """Yield their names."""
        return iter(self._stated)

    def __getitem__(self, name: str) -> Quantity:
        """Return the quantity of a weight."""
        return self._quantities[name]

    def trained(self, epochs: int, optimizer: str = "sgd") -> Iterator[Quantity]:
        """Yield the constants of the optimiser, its memories, and the weights.

        They run along an axis ``epoch`` from state 0, which is typed. The model states ``eta``.

        Parameters
        ----------
        epochs : int
        optimizer : {"sgd", "momentum", "rmsprop", "adam"}
        """
        optimiser = optimiser_named(optimizer)
        state = Axis("epoch", epochs + 1, "up", counts_from=0)
        for name, constant in optimiser.constants.items():
            yield Quantity(
                name, **_named(name), sheet="optimiser", between=constant.probed, role="input",
                number_format="General",
            )  # fmt: skip

        def memory(name: str, weight: Quantity | None) -> Quantity:
            own = (name,) if weight is None else (f"{name}_{weight.name}", f"{name}_W")
            digits = "0" if name == "steps" else "0.000000"
            return Quantity(
                *own, **_named(name, weight), sheet="optimiser", role="backward",
                number_format=digits,
            )  # fmt: skip

        def stated(weight: Quantity) -> Quantity:
            symbol = _letter(weight)
            taken = NAMED[optimiser.step][0] if optimiser.step else f"∂C/∂{symbol}"
            return replace(weight, role="weight", written=f"{symbol} ← {symbol} − η {taken}")

        yield from stepped(map(stated, self._quantities.values()), optimiser, state, memory)

    def gradients(self, epochs: int, title: str = "gradient of {symbol}") -> Iterator[Quantity]:
        """Yield the gradients; their titles may have the ``{title}`` of the weight as well.

        They are on the sheet ``gradients``. `xlnn.workbook` and `xlnn.check` compare them with
        central differences of the cost.
        """
        for name, stated in self._stated.items():
            weight = self._quantities[name]
            named = title.format(symbol=_letter(weight), title=weight.title)
            meant = GradientOf(name, stated.cost or self._cost, stated.exact and self._exact)
            yield Quantity(
                f"dC_d{name}", f"dC_d{weight.kind}", f"∂C/∂{weight.symbol}", sheet="gradients",
                axes=(Axis("epoch", epochs, "up"), *weight.axes), shape=weight.shape,
                equation=stated.slope, role="backward", gradient_of=meant,
                **{"title": named, **stated.gradient},
            )  # fmt: skip

    def drawn(
        self, seed: int | np.random.Generator, scale: float = 1.0, digits: int = 2
    ) -> dict[str, np.ndarray]:
        """Return the start of each weight: random numbers, unless a start is stated.

        Raises
        ------
        OptionsError
            The seed or the digits are not a whole number, or the scale is not a number.
        """
        is_seed = isinstance(seed, np.random.Generator) or (is_whole(seed) and seed >= 0)
        for name, value, is_meant, wanted in (
            ("seed", seed, is_seed, "a whole number of at least 0, or a generator of NumPy,"),
            ("scale", scale, is_number(scale) and 0 <= scale < inf, "a number of at least 0"),
            ("digits", digits, is_whole(digits), "a whole number"),
        ):
            if not is_meant:
                raise wrong(name, value, wanted)
        draw, arrays = np.random.default_rng(seed).normal, {}
        for name, quantity in self._quantities.items():
            start = self._stated[name].start
            size = (1, *(axis.length for axis in quantity.axes), *quantity.shape)
            arrays[name] = draw(size=size, scale=scale) if start is None else np.full(size, start)
        return {name: array.round(digits) for name, array in arrays.items()}


def again(  # noqa: PLR0913 -- what copies may have of their own
    quantities: Iterable[Quantity | str],
    named: str,
    *,
    axes: tuple[Axis, ...] | None = (),
    sheet: str = "",
    instead: Mapping[str, str] | None = None,
    apart: Mapping[str, str] | None = None,
    **fields: Any,  # noqa: ANN401 -- the fields of a quantity
) -> Iterator[Quantity | Copy]:
    """Yield the same computations for another input: what a network says to what users type.

    Copies with a title of their own are of another kind, as for a second network beside the first.

    Parameters
    ----------
    quantities : iterable of Quantity or str
        Quantities, or the names of those that precede the copies.
    named : str
        The names of the copies, in which ``{}`` is the first name: ``"{}_typed"``.
    axes : tuple of Axis
        Their axes, by default none; or None for the same.
    sheet : str
        Their sheet, by default the same.
    instead : dict of str
        What they use in place of quantities that are not copied: ``{"x": "x_typed"}``.
    apart : dict of str
        The sheets of some that are elsewhere, by their first names.
    **fields : object
        Fields in which the copies differ, such as the number format. In a title or symbol ``{}`` is
        that of the first: ``"{}, RNN"``.

    >>> z = Quantity("z", uses={"x": "x"}, axes=(Axis("row", 9),), equation=Asked(""))
    >>> (copy,) = again([z], "{}_typed", instead={"chosen": "typed"})
    >>> copy.name, copy.axes, copy.uses["chosen"].name
    ('z_typed', (), 'typed')
    """
    quantities, apart = tuple(quantities), apart or {}
    first = [quantity if isinstance(quantity, str) else quantity.name for quantity in quantities]
    names = {name: named.format(name) for name in first} | {**(instead or {})}

    def copy(quantity: Quantity) -> Quantity:
        uses = {
            role: replace(
                use, name=names.get(use.name, use.name), start=names.get(use.start, use.start)
            )
            for role, use in quantity.uses.items()
        }
        own = {**fields}
        if "title" in fields:
            own |= {"title": fields["title"].format(quantity.title), "kind": names[quantity.name]}
        if "symbol" in fields:
            letter, *index = quantity.symbol.partition("{}")
            letter = fields["symbol"].format(letter) if letter.strip() else letter
            own["symbol"] = letter + "".join(index)
        return replace(
            quantity, name=names[quantity.name], uses=uses,
            axes=quantity.axes if axes is None else axes,
            sheet=apart.get(quantity.name, sheet or quantity.sheet), gradient_of=None, **own,
        )  # fmt: skip

    for quantity in quantities:
        yield (
            Copy(lambda known, of=quantity: copy(known[of]))
            if isinstance(quantity, str)
            else copy(quantity)
        )


def shown(
    of: str | Quantity,
    along: str | Quantity = "",
    *,
    name: str = "",
    at: Mapping[str, str] | None = None,
    **fields: Any,  # noqa: ANN401 -- the fields of a quantity
) -> Copy:
    """Return a copy of a quantity at the entries that a person chose, as ``{of}_shown``.

    Along an axis ``row`` the entry is ``row_used``, as `choice` names it, unless ``at`` names
    another. For weights, which run from state 0, it is the state that a chosen epoch uses, or the
    chosen state.

    Parameters
    ----------
    of : str or Quantity
        A quantity that precedes the copy, or its name.
    along : str or Quantity
        A counter of the axis to show in full.
    name : str
    at : dict of str
        The quantity with the number of the entry, by the name of an axis.
    **fields : object
        Fields in which the copy differs: its title, symbol or number format.

    >>> n = Quantity("n", axes=(Axis("step", 4),), counts=True)
    >>> h = Quantity("h", axes=(Axis("row", 9), Axis("step", 4, "up")), shape=(3,))
    >>> used = Quantity("row_used", equation=UsedNumber(1, 9))
    >>> copy = shown("h", "n").of({"n": n, "h": h, "row_used": used})
    >>> copy.name, copy.axes == n.axes, [str(use.name) for use in copy.uses.values()]
    ('h_shown', True, ['h', 'row_used', 'n'])
    """
    of, along = (named if isinstance(named, str) else named.name for named in (of, along))

    def copy(known: Mapping[str, Quantity]) -> Quantity:
        source, axes = known[of], known[along].axes if along else ()
        numbers = {axis.name: f"{axis.name}_used" for axis in source.axes}
        numbers |= {**(at or {}), **{axis.name: along for axis in axes}}
        role = "result" if source.role == "input" else source.role
        own = {"symbol": source.symbol, "title": source.title, "role": role}
        own["number_format"] = str(source.number_format)  # a copy has another equation
        return Quantity(
            name or f"{of}_shown", axes=axes, shape=source.shape,
            equation=Chosen(*counted(source.axes, numbers, known)), uses={"of": of, **numbers},
            **{**own, **fields},
        )  # fmt: skip

    return Copy(copy)


def counted(
    axes: Iterable[Axis], numbers: Mapping[str, str], known: Mapping[str, Quantity]
) -> list[Axis]:
    """Return axes that count from where the quantities that choose their entries count.

    ``numbers`` has the names of these quantities by the names of the axes.
    """

    def begins(axis: Axis) -> int:
        number = known[numbers[axis.name]] if axis.name in numbers else None
        if number and number.choices:
            return number.choices[0]
        along = getattr(number.equation, "along", None) if number else None
        return (along or axis).counts_from

    return [replace(axis, counts_from=begins(axis)) for axis in axes]


def _letter(weight: Quantity) -> str:
    """Return the letter of weights, the same in any layer."""
    return weight.symbol.rstrip("{}²³⁴⁵")


def constants(optimizer: str) -> dict[str, float]:
    """Return the default constants of an optimiser, by name.

    >>> constants("adam")
    {'beta1': 0.9, 'beta2': 0.999, 'epsilon': 1e-08}
    """
    return {name: constant.usual for name, constant in OPTIMISERS[optimizer].constants.items()}


def _named(name: str, weight: Quantity | None = None) -> dict[str, str]:
    """Return the symbol and the title of a memory, such as m(U₁₂) of a weight."""
    symbol, title = NAMED[name]
    if weight is None:
        return {"symbol": symbol, "title": title}
    own = weight.symbol if "{}" in weight.symbol or not weight.shape else f"{weight.symbol}{{}}"
    return {"symbol": f"{symbol}({own})", "title": title}


def choice(  # noqa: PLR0913 -- what names cells
    name: str,
    axis: Axis,
    words: Text,
    *,
    title: str = "",
    sheet: str = Quantity.sheet,
    used: str = "",
) -> Iterator[Quantity]:
    """Yield a cell for choosing an entry of an axis, and the quantities beside it.

    ``{name}_used`` is the whole number within range that `Chosen` uses, whatever was typed;
    ``{name}_asked`` says what to type if the choice is out of range.

    Parameters
    ----------
    name : str
    axis : Axis
        The axis, whose entries are numbered as shown.
    words : Text
    title : str
    sheet : str
        Their sheet, by default as of any quantity.
    used : str
        The name of the number that is used, if not ``{name}_used``.
    """
    bounds = axis.counts_from, axis.counts_from + axis.length - 1
    chosen = Quantity(name, title=title, symbol=" ", sheet=sheet, choices=bounds)
    yield chosen
    yield from beside_choice(chosen, words, axis, used=used)


def beside_choice(
    chosen: Quantity, words: Text, along: Axis | None = None, *, used: str = ""
) -> Iterator[Quantity]:
    """Yield the quantities beside a cell for choosing a number, which `choice` describes.

    >>> from xlnn.registry.text import text
    >>> chosen = Quantity("mapF", "map", layer="F", choices=(1, 9))
    >>> [q.name for q in beside_choice(chosen, text("en"))]
    ['map_usedF', 'map_askedF']
    """
    least, most = chosen.choices
    stem, layer = chosen.name.removesuffix(chosen.layer), chosen.layer
    used, kind = used or f"{stem}_used{layer}", used or f"{chosen.kind}_used"
    beside = partial(Quantity, sheet=chosen.sheet, layer=layer)
    yield beside(used, kind, " ", equation=UsedNumber(least, most, along).of(chosen.name))
    ask = Asked(words("validation", "choice", least=least, largest=most)).of(chosen.name, used)
    asked, kind = f"{stem}_asked{layer}", f"{chosen.kind}_asked"
    yield beside(asked, kind, f"{asked}{{}}", equation=ask)


def with_used(
    quantities: Iterable[Quantity], words: Text, is_meant: Callable[[Quantity], bool]
) -> Iterator[Quantity]:
    """Yield quantities, with the number that is used in place of each choice that is meant.

    Parameters
    ----------
    quantities : iterable of Quantity
    words : Text
    is_meant : function
        Returns whether a quantity is a choice that has no such number yet.

    >>> from xlnn.registry.text import text
    >>> chosen = Quantity("epoch", choices=(1, 9))
    >>> seen = Quantity("seen", equation=Asked(""), uses={"chosen": "epoch", "used": "epoch"})
    >>> *_, last = with_used([chosen, seen], text("en"), lambda q: q.choices is not None)
    >>> last.uses["used"].name
    'epoch_used'
    """
    used: dict[str, str] = {}
    for quantity in quantities:
        uses = {
            role: replace(use, name=used.get(use.name, use.name))
            for role, use in quantity.uses.items()
        }
        yield replace(quantity, uses=uses)
        if is_meant(quantity):
            number, asked = beside_choice(quantity, words)
            used[quantity.name] = number.name
            yield from (number, asked)


def function_choice(
    name: str, names: Sequence[str], *, title: str, called: str = "", title_called: str = ""
) -> Iterator[Quantity]:
    """Yield a cell for choosing a function by its number, and the quantities beside it.

    ``used_{name}`` is the whole number within range, whatever was typed.

    Parameters
    ----------
    name : str
    names : sequence of str
        The names of the functions, from 1 on.
    title : str
    called, title_called : str
        The quantity with the name of the function, by default ``{name}_name``, and its title.
    """
    bounds, used = (1, len(names)), f"used_{name}"
    yield Quantity(name, title=title, symbol=" ", choices=bounds)
    yield Quantity(used, title="function used", symbol=" ", equation=UsedNumber(*bounds),
                   uses={"chosen": name})  # fmt: skip
    yield Quantity(called or f"{name}_name", title=title_called, symbol=" ",
                   equation=NameOf(names), uses={"choice": name, "used": used})  # fmt: skip
