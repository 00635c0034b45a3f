"""Networks that generate data: variational autoencoders and generative adversarial networks.

An encoder maps an image to a spot of the latent space: a normal distribution with its middle and
its spread sigma, shape (numbers,), and s = ln sigma^2. The cost of a generator or a discriminator
is a mean over the axis ``row``. D is the output of the discriminator for a row: the sigmoid of z.

D. P. Kingma and M. Welling, Auto-encoding variational Bayes, ICLR 2014. I. Higgins et al.,
beta-VAE: Learning basic visual concepts with a constrained variational framework, ICLR 2017.
I. Goodfellow et al., Generative adversarial nets, NIPS 2014.
"""

import numpy as np

from xlnn.equation import Cells, Choice, Stated
from xlnn.equations.elementary import PLUS_PRODUCT

__all__ = [
    "BOTH_COSTS", "DENSITY", "DIVERGENCE", "DRAWN", "FIRST", "FOOLED", "HIDDEN", "JUDGED",
    "MEAN_COST", "MIDDLE_ERROR", "PASSED", "RECONSTRUCTION", "SIZE", "SPREAD", "S_ERROR",
    "TURNED", "across", "judged_error", "over_both",
]  # fmt: skip

SPREAD = Stated(
    lambda s: np.exp(s / 2),
    "=EXP({s}/2)",
    usage="s (row; n) → (row; n): The spread of a spot, from s = ln sigma^2.",
)

DRAWN = PLUS_PRODUCT.restated(
    "middle",
    "sigma",
    "noise",
    usage="middle (row; n), sigma (row; n), noise (row; n) → (row; n): A point of a spot: the "
    "noise is an input, so the point has a slope. Kingma & Welling, 2.4.",
)

RECONSTRUCTION = Stated(  # ln y could ask for ln 0
    lambda z, x: (np.maximum(z, 0) - x * z + np.log1p(np.exp(-np.abs(z)))).sum(1),
    lambda z, x: (
        "="
        + "+".join(
            f"MAX({z[j]},0)-{x[j]}*{z[j]}+LN(1+EXP(-ABS({z[j]})))" for j in range(z.shape[0])
        )
    ),
    usage="z (row; n), x (row; n) → (row;): The cross-entropy of all pixels of an image. "
    "Kingma & Welling, app. C.1.",
)

DIVERGENCE = Stated(
    lambda middle, sigma, s: ((middle * middle + sigma * sigma - 1 - s) / 2).sum(1),
    lambda middle, sigma, s: (
        "=("
        + "+".join(
            f"{middle[k]}*{middle[k]}+{sigma[k]}*{sigma[k]}-1-{s[k]}" for k in range(s.shape[0])
        )
        + ")/2"
    ),
    usage="middle (row; n), sigma (row; n), s (row; n) → (row;): The KL divergence of a spot "
    "from the normal distribution. Kingma & Welling, app. B.",
)

BOTH_COSTS = PLUS_PRODUCT.restated(
    "R", "factor", "KL", usage="R (), factor (), KL () → (): R + beta KL. Higgins et al., (4)."
)

MIDDLE_ERROR = PLUS_PRODUCT.restated(
    "dc",
    "factor",
    "middle",
    usage="dc (row; n), factor (), middle (row; n) → (row; n): How fast both costs change with "
    "a middle.",
)
S_ERROR = Stated(
    lambda dc, noise, sigma, factor: dc * noise * sigma / 2 + factor * (sigma * sigma - 1) / 2,
    "={dc}*{noise}*{sigma}/2+{factor}*({sigma}*{sigma}-1)/2",
    usage="dc (row; n), noise (row; n), sigma (row; n), factor () → (row; n): How fast both "
    "costs change with s, from the error dc of the point drawn.",
)

TURNED = Choice(
    lambda image, epoch: (image + epoch - 2) % len(image) + 1,
    lambda image, epoch: f"=MOD({image[()]}+{epoch[()]}-2,COUNT({image.over('image')[()]}))+1",
    usage="image (image;) from 1 to image, epoch () from 1 to 3 → (image;): The row of a table "
    "that an image takes: one further down in each epoch, and round again.",
)

HIDDEN = Stated(
    lambda W, x, b: np.tanh(x @ W.T + b),
    lambda j, W, x, b: f"=TANH({W[j, 0]}*{x[0]}+{b[j]})",
    usage="W (n, 1), x (row; 1), b (n) → (row; n): A tanh unit with one input.",
)

LOG = "LN(1+EXP(-ABS({0})))"  # EXP of z itself could be too large
JUDGED = Stated(
    lambda real, made: np.logaddexp(0, -real) + np.logaddexp(0, made),
    f"=MAX(-{{real}},0)+{LOG.format('{real}')}+MAX({{made}},0)+{LOG.format('{made}')}",
    usage="real (row; n), made (row; n) → (row; n): -ln D of a row of data, plus -ln(1 - D) "
    "of a generated row. Goodfellow et al., 3.",
)

FOOLED = Stated(
    lambda made: np.logaddexp(0, -made),
    f"=MAX(-{{made}},0)+{LOG.format('{made}')}",
    usage="made (row; n) → (row; n): -ln D of a generated row: the generator's cost that "
    "does not saturate. Goodfellow et al., 3.",
)

MEAN_COST = Stated(
    lambda of: of.mean(),
    lambda of: f"=AVERAGE({of.over('row')[0]})",
    usage="of (row; 1) → (): The mean over the rows.",
)


def judged_error(rows: int, answer: int) -> Stated:
    """Return how fast the mean of -ln D (answer 1) or -ln(1 - D) (answer 0) changes with z.

    >>> judged_error(3, 1)
    Stated(y)
    """
    return Stated(
        lambda y: (y - answer) / rows, f"=({{y}}-{answer})/{rows}", usage="y (row; n) → (row; n)"
    )


def over_both(of: Stated) -> Stated:
    """Return a gradient over the rows of the data and the generated rows: the sum of both.

    Parameters
    ----------
    of : Stated
        `xlnn.equations.units.slope` or ``bias_slope``: takes errors d and, for weights, inputs a.

    Returns
    -------
    Stated
        Takes d and a of the data, then the errors e and the inputs c of the generated rows.

    >>> from xlnn.equations import units as eq
    >>> over_both(eq.slope("row"))
    Stated(d, a, e, c)
    """
    names = [dict(zip("da", letters, strict=True)) for letters in ("da", "ec")]

    def of_one(names: dict[str, str], known: dict) -> dict:
        return {role: known[names[role]] for role in of.roles}

    def cell(*unit: int, **known: Cells) -> str:
        return "=" + "+".join(of.cell(*unit, **of_one(named, known))[1:] for named in names)

    sizes = {"d": "m", "a": "n"}
    takes = (f"{named[role]} (row; {sizes[role]})" for named in names for role in of.roles)
    return Stated(
        lambda **known: sum(of.array(**of_one(named, known)) for named in names),
        cell,
        usage=f"{', '.join(takes)} → ({', '.join(sizes[role] for role in of.roles)})",
    ).taking(*(named[role] for named in names for role in of.roles))


NARROW = 0.01
"""The least spread with which a density is drawn."""

DENSITY = Stated(
    lambda x, mean, spread: (
        np.exp(-np.minimum(700, ((x - mean) / np.maximum(np.abs(spread), NARROW)) ** 2 / 2))
        / (np.maximum(np.abs(spread), NARROW) * np.sqrt(2 * np.pi))
    ),
    f"=EXP(-MIN(700,(({{x}}-{{mean}})/MAX(ABS({{spread}}),{NARROW}))^2/2))"
    f"/(MAX(ABS({{spread}}),{NARROW})*SQRT(2*PI()))",
    usage="x (row;), mean (), spread () → (row;): The density of the normal distribution.",
)

PASSED = Choice(
    lambda before, now, last, goal: before + ((now - goal) * (last - goal) < 0),
    "={before}+IF(SIGN({now}-{goal})*SIGN({last}-{goal})<0,1,0)",
    usage="before () from 0 to 3, now (), last (), goal () → (): How often a number has "
    "crossed its goal.",
)

FIRST = Stated(
    lambda of: of.ravel()[0],
    lambda of: f"={of[(0,) * len(of.shape)]}",
    usage="of (n) → (): The first number.",
)
SIZE = Stated(
    lambda of: np.abs(of).ravel()[0],
    lambda of: f"=ABS({of[(0,) * len(of.shape)]})",
    usage="of (n) → (): The size of the first number.",
)


def across(places: int) -> Stated:
    """Return numbers at equal distances, from below both 0 and a number m to above both.

    >>> across(5)
    Stated(m, n)
    """
    return Stated(
        lambda m, n: min(0, m) - 3 + (abs(m) + 6) * (n - 1)[:, np.newaxis] / (places - 1),
        f"=MIN(0,{{m}})-3+(ABS({{m}})+6)*({{n}}-1)/{places - 1}",
        usage="m (), n (place;) → (place; 1)",
    )
