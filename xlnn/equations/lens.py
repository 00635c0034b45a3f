"""Equations for one sample, on the sheets that take a closer look at training."""

import numpy as np

from xlnn.equation import Stated
from xlnn.equations.elementary import CENTRAL
from xlnn.equations.lookup import flat

ONE_WEIGHT_GRADIENT = Stated(
    lambda delta, below: np.multiply.outer(delta[0], below[0]),
    lambda j, *unit, delta, below: f"={delta[j]}*{below[unit]}",
    says="dC/dw_ji = delta_j a_i, of one sample; training sums it over the samples. Book: 4-2.",
)

PIXEL_SHARE = Stated(
    lambda a, W: a[0] * W,
    lambda j, *unit, a, W: f"={a[unit]}*{W[(j, *unit)]}",
    says="w_ji x_i: what each pixel adds to the weighted input of a unit.",
)


def shifted(first: int, sign: str) -> Stated:
    """Return the equation of an array of parameters, one of which may be moved by h.

    Parameters
    ----------
    first : int
        The number of the array's first parameter among all, from 1.
    sign : {"+", "-"}
    """
    return Stated(
        lambda w, chosen, h: np.where(
            np.arange(w.size).reshape(w.shape) + first == chosen, w + h if sign == "+" else w - h, w
        ),
        lambda *unit, w, chosen, h: (
            f"=IF({chosen[()]}={first + flat(unit, w.shape)},{w[unit]}{sign}{h[()]},{w[unit]})"
        ),
        says="w + h for the chosen parameter, w for all others.   Book: 2-7, the definition of a "
        "slope.",
        reads_as_stated=True,
    )


DIFFERENCE_QUOTIENT = CENTRAL.restated(
    "C_plus", "C_minus", "h", says="(C(w + h) - C(w - h)) / 2h, for one sample. Book: 2-7."
)
"""Differs from summing C_T(w + h) and C_T(w - h) first: those are large and nearly equal, and
their difference would keep few digits."""

CHOSEN_GRADIENT = Stated(
    lambda chosen, **gradients: np.concatenate(
        [gradient.ravel() for gradient in gradients.values()]
    )[int(chosen) - 1],
    # the gradients are in one row, in the order in which parameters are numbered
    lambda chosen, **gradients: "=INDEX({}:{},1,{})".format(
        next(iter(gradients.values()))[...].partition(":")[0],
        [*gradients.values()][-1][...].rpartition(":")[2],
        chosen[()],
    ),
    says="The back-propagated gradient of the chosen parameter.",
    reads_as_stated=True,
)

DISTANCE = Stated(
    lambda here, there: np.abs(here - there),
    "=ABS({here}-{there})",
    says="|here - there|: how far two values are from each other.",
)
