"""Functions of one variable with their derivatives, and what is said of slopes.   Book: 2-6 to 2-9.

A slope is stated by its rule, and beside it as a difference quotient, which knows no rule.
"""

# ruff: noqa: ARG005 -- a line takes all variables, whether they stand in it or not

from dataclasses import dataclass

import numpy as np

from xlnn.equations.number import fixed, fixed_text, general_text, short, short_text
from xlnn.equations.surface import SURFACES
from xlnn.equations.surface import chosen as chosen_surface
from xlnn.equations.wording import filled
from xlnn.quantity import Cells, Equation, Sentence, Stated

DEGREE = 4
"""How many derivatives a function has here."""


@dataclass(frozen=True)
class Function:
    """A function of x.

    Attributes
    ----------
    text : str
        As the book writes it.
    f : Stated
        Of x.
    derivatives : tuple of Stated
        The first to the fourth, of x and of f(x), which spares writing it out.
    """

    text: str
    f: Stated
    derivatives: tuple[Stated, Stated, Stated, Stated]


FUNCTIONS = (
    Function("x²", Stated(lambda x: x**2, lambda x: f"{x}^2"), (
        Stated(lambda x, f: 2 * x, lambda x, f: f"2*{x}"),
        Stated(lambda x, f: 2 + 0 * x, lambda x, f: "2"),
        Stated(lambda x, f: 0 * x, lambda x, f: "0"),
        Stated(lambda x, f: 0 * x, lambda x, f: "0"),
    )),
    Function("x³", Stated(lambda x: x**3, lambda x: f"{x}^3"), (
        Stated(lambda x, f: 3 * x**2, lambda x, f: f"3*{x}^2"),
        Stated(lambda x, f: 6 * x, lambda x, f: f"6*{x}"),
        Stated(lambda x, f: 6 + 0 * x, lambda x, f: "6"),
        Stated(lambda x, f: 0 * x, lambda x, f: "0"),
    )),
    Function("eˣ", Stated(np.exp, lambda x: f"EXP({x})"), (
        Stated(lambda x, f: f, lambda x, f: f"{f}"),
        Stated(lambda x, f: f, lambda x, f: f"{f}"),
        Stated(lambda x, f: f, lambda x, f: f"{f}"),
        Stated(lambda x, f: f, lambda x, f: f"{f}"),
    )),
    Function("σ(x)", Stated(lambda x: 1 / (1 + np.exp(-x)), lambda x: f"1/(1+EXP(-{x}))"), (
        Stated(lambda x, f: f * (1 - f), lambda x, f: f"{f}*(1-{f})"),
        Stated(lambda x, f: f * (1 - f) * (1 - 2 * f), lambda x, f: f"{f}*(1-{f})*(1-2*{f})"),
        Stated(lambda x, f: f * (1 - f) * (1 - 6 * f + 6 * f**2),
               lambda x, f: f"{f}*(1-{f})*(1-6*{f}+6*{f}^2)"),
        Stated(lambda x, f: f * (1 - f) * (1 - 2 * f) * (1 - 12 * f + 12 * f**2),
               lambda x, f: f"{f}*(1-{f})*(1-2*{f})*(1-12*{f}+12*{f}^2)"),
    )),
    Function("sin x", Stated(np.sin, lambda x: f"SIN({x})"), (
        Stated(lambda x, f: np.cos(x), lambda x, f: f"COS({x})"),
        Stated(lambda x, f: -f, lambda x, f: f"-{f}"),
        Stated(lambda x, f: -np.cos(x), lambda x, f: f"-COS({x})"),
        Stated(lambda x, f: f, lambda x, f: f"{f}"),
    )),
)  # fmt: skip
"""Those to choose from, from 1 on."""


def chosen(function: np.ndarray) -> Function:
    """Return the function that a number stands for, counted from 1."""
    return FUNCTIONS[round(float(function)) - 1]


class Of(Equation):
    """f(x), of the chosen function."""

    def array(self, function: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return a number for each x."""
        return np.asarray(chosen(function).f.array(x))

    def cell(self, function: Cells, x: Cells) -> str:
        """Return the formula."""
        lines = (each.f.cell(x[()]) for each in FUNCTIONS)
        return f"=CHOOSE({function[()]},{','.join(lines)})"


class OfShifted(Equation):
    """f(x + h) or f(x - h), of the chosen function.

    Parameters
    ----------
    sign : str
        ``+`` or ``-``.
    """

    def __init__(self, sign: str) -> None:
        self.sign = sign

    def array(self, function: np.ndarray, x: np.ndarray, h: np.ndarray) -> np.ndarray:
        """Return a number for each h."""
        return np.asarray(chosen(function).f.array(x + h if self.sign == "+" else x - h))

    def cell(self, function: Cells, x: Cells, h: Cells) -> str:
        """Return the formula."""
        lines = (each.f.cell(f"({x[()]}{self.sign}{h[()]})") for each in FUNCTIONS)
        return f"=CHOOSE({function[()]},{','.join(lines)})"


class Derivatives(Equation):
    """f'(x), f''(x) and so on, of the chosen function."""

    def array(self, function: np.ndarray, x: np.ndarray, f: np.ndarray) -> np.ndarray:
        """Return the derivatives, shape (degrees)."""
        return np.array([each.array(x, f) for each in chosen(function).derivatives])

    def cell(self, k: int, function: Cells, x: Cells, f: Cells) -> str:
        """Return the formula of one of them."""
        lines = (each.derivatives[k].cell(x[()], f[()]) for each in FUNCTIONS)
        return f"=CHOOSE({function[()]},{','.join(lines)})"


class OfSurfaceShifted(Equation):
    """z at (x + dx, y + dy) of the chosen function of two variables."""

    def array(
        self, surface: np.ndarray, x: np.ndarray, y: np.ndarray, dx: np.ndarray, dy: np.ndarray
    ) -> np.ndarray:
        """Return a number for each displacement."""
        return np.asarray(chosen_surface(surface).z.array(x + dx, y + dy))

    def cell(self, surface: Cells, x: Cells, y: Cells, dx: Cells, dy: Cells) -> str:
        """Return the formula."""
        at = f"({x[()]}+{dx[()]})", f"({y[()]}+{dy[()]})"
        lines = (each.z.cell(*at) for each in SURFACES)
        return f"=CHOOSE({surface[()]},{','.join(lines)})"


class PartialQuotient(Equation):
    """The central difference quotient of z along x or y: the other one stands still.   Book: 2-7.

    Parameters
    ----------
    along : str
        ``x`` or ``y``.
    """

    def __init__(self, along: str) -> None:
        self.along = along

    def array(self, surface: np.ndarray, x: np.ndarray, y: np.ndarray, h: np.ndarray) -> np.ndarray:
        """Return a number."""
        z, u = chosen_surface(surface).z.array, h if self.along == "x" else 0
        v = h - u
        return np.asarray((z(x + u, y + v) - z(x - u, y - v)) / (2 * h))

    def cell(self, surface: Cells, x: Cells, y: Cells, h: Cells) -> str:
        """Return the formula."""

        def z(sign: str) -> str:
            at = {"x": x[()], "y": y[()]}
            at[self.along] = f"({at[self.along]}{sign}{h[()]})"
            return f"CHOOSE({surface[()]},{','.join(each.z.cell(**at) for each in SURFACES)})"

        return f"=({z('+')}-{z('-')})/(2*{h[()]})"


class LogSize(Equation):
    """log10 |e|, of an error that is at least 1e-12: below, sheets differ on what is 0."""

    jumps = True  # of what is left by rounding, the logarithm is another in each engine

    def array(self, e: np.ndarray) -> np.ndarray:
        """Return a number for each error."""
        return np.log10(np.maximum(np.abs(e), 1e-12))

    def cell(self, e: Cells) -> str:
        """Return the formula."""
        return f"=LN(MAX(ABS({e[()]}),1/10^12))/LN(10)"


class Taylor(Equation):
    """f(x) + f'(x) d + f''(x) d^2 / 2! + ..., up to each degree.   Book: 2-9."""

    def array(self, f: np.ndarray, df: np.ndarray, delta: np.ndarray) -> np.ndarray:
        """Return the sums, shape (degrees + 1)."""
        k = np.arange(1, len(df) + 1)
        terms = df * delta**k / np.cumprod(k)
        return np.cumsum(np.append(f, terms))

    def cell(self, k: int, f: Cells, df: Cells, delta: Cells) -> str:
        """Return the formula of one degree."""
        below = ("", "", "/2", "/6", "/24")
        terms = (f"+{df[j - 1]}*{delta[()]}^{j}{below[j]}" for j in range(1, k + 1))
        return f"={f[()]}{''.join(terms)}"


class TaylorError(Equation):
    """How far the sum up to each degree is from f(x + d).   Book: 2-9."""

    def array(self, taylor: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Return the errors, shape (degrees + 1)."""
        return taylor - right

    def cell(self, k: int, taylor: Cells, right: Cells) -> str:
        """Return the formula of one degree."""
        return f"={taylor[k]}-{right[()]}"


class Least(Equation):
    """Which point has the smallest f, from 1; the first of equal ones."""

    coarse = True

    def array(self, f: np.ndarray) -> np.ndarray:
        """Return the place."""
        return np.asarray(f.argmin() + 1)

    def cell(self, f: Cells) -> str:
        """Return the formula."""
        points = f.over("part")[()]
        return f"=MATCH(MIN({points}),{points},0)"

    def ties(self, got: np.ndarray, tolerance: float, *, f: np.ndarray) -> bool:
        """Tell whether the point that was found is as low as the lowest but for rounding."""
        place = float(got)
        if not 1 <= place <= len(f) or place % 1:
            return False
        return bool(f[int(place) - 1] - f.min() <= tolerance * max(1, abs(f).max()))


class At(Equation):
    """A coordinate of the point that was found."""

    coarse = True

    def array(self, least: np.ndarray, all_points: np.ndarray) -> np.ndarray:
        """Return a number."""
        return all_points[int(least) - 1]

    def cell(self, least: Cells, all_points: Cells) -> str:
        """Return the formula."""
        return f"=INDEX({all_points.over('part')[()]},{least[()]})"


class FunctionNames(Sentence):
    """The chosen function, as the book writes it."""

    def text(self, *, function: float) -> str:
        """Return the text."""
        return FUNCTIONS[int(function) - 1].text

    def cell(self, function: Cells) -> str:
        """Return the formula."""
        names = ",".join(f'"{each.text}"' for each in FUNCTIONS)
        return f"=CHOOSE({function[()]},{names})"


class SurfaceNames(Sentence):
    """The chosen function of two variables, as the book writes it."""

    def text(self, *, surface: float) -> str:
        """Return the text."""
        return SURFACES[int(surface) - 1].text

    def cell(self, surface: Cells) -> str:
        """Return the formula."""
        names = ",".join(f'"{each.text}"' for each in SURFACES)
        return f"=CHOOSE({surface[()]},{names})"


class BestStep(Sentence):
    """For which h both quotients are nearest to the slope.

    Parameters
    ----------
    words : str
        ``{slope}``, ``{forward}`` and ``{central}`` stand for f'(x) and the exponents of h.
    """

    def __init__(self, words: str) -> None:
        self.words = words

    def text(
        self, *, df: np.ndarray, n: np.ndarray, log_forward: np.ndarray, log_central: np.ndarray
    ) -> str:
        """Return the text."""
        return self.words.format(
            slope=short_text(df[0]),
            forward=general_text(n[log_forward.argmin()]),
            central=general_text(n[log_central.argmin()]),
        )

    def cell(self, df: Cells, n: Cells, log_forward: Cells, log_central: Cells) -> str:
        """Return the formula."""
        rows = n.over("width")[()]

        def best(logs: Cells) -> str:
            errors = logs.over("width")[()]
            return f"INDEX({rows},MATCH(MIN({errors}),{errors},0))"

        said = {"slope": short(df[0])}
        said |= {"forward": best(log_forward), "central": best(log_central)}
        return "=" + filled(self.words, **said)


class Found(Sentence):
    """The point of the circle at which f is least, and what its gradients say.

    Parameters
    ----------
    words : (str, str)
        That the gradients are parallel, and that they are not quite; ``{x}``, ``{y}``, ``{f}``,
        ``{exact}`` and ``{factor}`` stand for numbers.
    """

    roles = ("x", "y", "f", "exact", "factor", "rest_x", "rest_y", "a", "b")

    def __init__(self, words: tuple[str, str]) -> None:
        self.words = words

    def text(self, *, rest_x: float, rest_y: float, a: float, b: float, **shown: float) -> str:
        """Return the text."""
        parallel, rough = self.words
        is_parallel = max(abs(rest_x), abs(rest_y)) <= 0.01 * max(abs(a), abs(b))
        numbers = {name: fixed_text(value, 4) for name, value in shown.items()}
        return (parallel if is_parallel else rough).format(**numbers)

    def cell(self, **cells: Cells) -> str:
        """Return the formula."""
        shown = {name: fixed(cells[name][()], 4) for name in ("x", "y", "f", "exact", "factor")}
        parallel, rough = (filled(line, **shown) for line in self.words)
        rest = f"MAX(ABS({cells['rest_x'][()]}),ABS({cells['rest_y'][()]}))"
        size = f"MAX(ABS({cells['a'][()]}),ABS({cells['b'][()]}))"
        return f"=IF({rest}<=0.01*{size},{parallel},{rough})"
