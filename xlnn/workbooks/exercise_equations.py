"""Write the equation of a quantity for its own layer, as the book writes it.

The Guide says ``z = Σ w a + b`` of every layer; of the second one it is ``z² = Σ w² x + b²``.
"""

import re
from collections.abc import Mapping

from xlnn.quantity import Model, Quantity

_LAYER = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=\)?$)")
_LETTER = re.compile(r"(?<![\w′∂])(a′\(z\)|∂C_T/∂\w|[A-Za-zα-ω])(?![\w′(])")


def own_equation(
    quantity: Quantity, model: Model, known: Mapping[str, str], words: Mapping[str, str]
) -> str:
    """Return the equation of a quantity; empty where the Guide says none of it.

    Parameters
    ----------
    quantity : Quantity
    model : Model
    known : mapping
        What the Guide says of such quantities: its entry ``equation``.
    words : mapping
        What stands there for the words in braces, for the layer of the quantity.
    """
    equation = known.get("equation", "")
    if quantity.kind == "delta" and "delta" in words:
        is_output = "t" in quantity.sources
        equation = "δ = {delta}" if is_output else re.split("[;；]", equation)[0]
    equation = equation.format(**words)
    if quantity.kind == "slope":  # a square beside the number of a layer
        equation = equation.replace("a²", "(a)²")
    if not quantity.layer and not any(model[name].layer for name in quantity.sources):
        return equation
    return _of_layer(equation, quantity, model)


def _of_layer(equation: str, quantity: Quantity, model: Model) -> str:
    """Give the letters of an equation the layers of what they stand for."""
    full = {_plain(model[name].symbol): _bare(model[name].symbol) for name in quantity.sources}
    own = _plain(quantity.symbol)
    named = {own: _bare(quantity.symbol)}
    letters = [letter for letter in _LETTER.findall(equation) if letter not in {own, "i"}]
    spare = [symbol for symbol in full if symbol not in letters and len(symbol) == 1]
    open_letters = [letter for letter in dict.fromkeys(letters) if letter not in full]
    weighs = {"w", "δ"} & {*letters}
    if weighs and "a" in open_letters and len(spare) == 1:  # the layer below is the inputs
        full["a"] = full[spare[0]]
    left, sign, right = equation.partition("=")
    if sign and left.strip() == own:
        left = left.replace(own, named[own])
    else:
        left, right, sign = "", equation, ""
    return left + sign + _LETTER.sub(lambda found: full.get(found[1], found[1]), right)


def _bare(symbol: str) -> str:
    """Return a symbol without the place of its unit."""
    return symbol.replace("{}", "").strip()


def _plain(symbol: str) -> str:
    """Return a symbol without its layer.

    >>> _plain("z²{}"), _plain("a′(z³{})"), _plain("∂C_T/∂w²{}"), _plain("max z³")
    ('z', 'a′(z)', '∂C_T/∂w', 'max z')
    """
    return _LAYER.sub("", _bare(symbol))
