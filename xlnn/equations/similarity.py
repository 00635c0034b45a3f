"""Inner product, length, angle and ranking of patterns; matrix products.

Shapes: a and b (rows, columns) for patterns; A and B (n, n) for matrices.   Book: 2-4, 2-5.
"""

from collections.abc import Sequence

import numpy as np

from xlnn.equations import lookup
from xlnn.equations.dense import place_in, place_of, written_call, written_sum
from xlnn.equations.number import short
from xlnn.equations.wording import equal_to
from xlnn.quantity import Cells, Equation, Sentence, Stated
from xlnn.terms import Term, either, largest, peak_formula, sign

DIGITS = 9
"""Decimals to which a likeness is rounded before comparisons."""

INNER_PRODUCT = Stated(
    lambda a, b: np.asarray((a * b).sum()),
    lambda a, b: f"=SUMPRODUCT({a[...]},{b[...]})",
    number_format="General",
)
"""a . b = a_1 b_1 + a_2 b_2 + ...   Book: 2-4."""

LENGTH = Stated(lambda a: np.asarray(np.sqrt((a * a).sum())), lambda a: f"=SQRT(SUMSQ({a[...]}))")
"""|a|, the root of the sum of the squares.   Book: 2-4."""

COSINE = Stated(
    lambda inner, upper: np.where(
        upper == 0, 0.0, np.clip(inner / np.where(upper == 0, 1.0, upper), -1, 1)
    ),
    "=IF(SIGN({upper})=0,0,MAX(-1,MIN(1,{inner}/{upper})))",
    says="cos = a . b / |a||b|, from -1 to 1; 0 where one of them has no direction. Book: 2-4.",
)

ANGLE = Stated(
    # near 1 the angle changes by 1E-8 if the cosine changes by 1E-16: 1 within rounding is 1
    lambda cosine: (
        180
        / np.pi
        * np.arccos(np.where(1 - np.abs(cosine) < 0.5 / 10**12, np.sign(cosine), cosine))
    ),
    "=180/PI()*ACOS(IF(1-ABS({cosine})<0.5/10^12,SIGN({cosine}),{cosine}))",
    number_format="0.0",
)
"""The angle between a and b, in degrees."""


class AngleText(Equation):
    """How two patterns relate, as the number of a sentence.

    0 if one is all 0; 1 opposite, 2 rather opposite, 3 at right angles, 4 rather alike, 5 of one
    direction. Rounding errors around 1 and 0 are ignored, as in `ANGLE`.
    """

    coarse = True

    def array(self, cosine: np.ndarray, upper: np.ndarray) -> np.ndarray:
        size, near = np.abs(cosine), 0.5 / 10**12
        ends = np.where(1 - size < near, 2.0, np.where(size < near, 0.0, 1.0))
        # nothing if |a||b| is too large for a cell, as then the cosine is
        return np.where(upper == 0, 0.0, 3 + ends * np.sign(cosine)) + 0 * upper

    def cell(self, cosine: Cells, upper: Cells) -> str:
        cell = cosine[()]
        size, near = f"ABS({cell})", "0.5/10^12"
        ends = f"IF(1-{size}<{near},2,IF({size}<{near},0,1))"
        return f"=IF(SIGN({upper[()]})=0,0,3+{ends}*SIGN({cell}))"


def degrees(points: int) -> Equation:
    """Return the equation of angles from 0 to 180 degrees."""
    return Stated(
        lambda number: 180 * number / (points - 1), lambda number: f"=180*{number[()]}/{points - 1}"
    )


AT_ANGLE = Stated(
    lambda angle, upper: upper * np.cos(np.pi * angle / 180), "={upper}*COS(PI()*{angle}/180)"
)
"""a . b = |a||b| cos: the inner product at any angle.   Book: 2-4."""

LEVEL = Stated(lambda angle, height: height + 0 * angle, "={height}+0*{angle}")
"""A level line, for a chart."""


def in_row(columns: int) -> Stated:
    """Return the equation of the pixels of a picture with so many columns as a vector."""
    return Stated(
        lambda a: a.ravel(),
        lambda i, a: f"={a[divmod(i, columns)]}",
        says="A picture's pixels as a vector.",
    )


IMAGE_INNER = Stated(
    lambda images, drawn: images @ drawn,
    "=SUMPRODUCT({images[:]},{drawn[:]})",
    number_format="General",
)
"""a . b of the drawn picture and each image."""

IMAGE_LENGTH = Stated(
    lambda images: np.sqrt((images * images).sum(axis=1)), "=SQRT(SUMSQ({images[:]}))"
)
"""|b| of each image."""


class Likeness(Equation):
    """The cosine of each image and the drawn picture, to nine decimals, so that ties are exact."""

    coarse = True

    def array(self, inner: np.ndarray, own: np.ndarray, length: np.ndarray) -> np.ndarray:
        upper = own * length
        none = upper == 0
        likeness = np.where(none, 0.0, np.round(inner / np.where(none, 1.0, upper), DIGITS))
        return np.where(np.isfinite(upper), likeness, np.nan)

    def cell(self, inner: Cells, own: Cells, length: Cells) -> str:
        upper = f"({own[()]}*{length[()]})"
        return f"=IF(SIGN({upper})=0,0,ROUND({inner[()]}/{upper},{DIGITS}))"


class Rank(Equation):
    """The rank of each image by its likeness; equal ones in their order."""

    coarse = True
    number_format = "0"

    def array(self, number: np.ndarray, likeness: np.ndarray) -> np.ndarray:
        before = likeness > likeness[:, np.newaxis]
        equal = (likeness == likeness[:, np.newaxis]) & (number < number[:, np.newaxis])
        return 1.0 + before.sum(axis=1) + equal.sum(axis=1)

    def cell(self, number: Cells, likeness: Cells) -> str:
        every, numbers = (cells.over("image")[()] for cells in (likeness, number))
        own = likeness[()]
        equal = f'COUNTIFS({every},{own},{numbers},"<"&{number[()]})'
        return f'=1+COUNTIF({every},">"&{own})+{equal}'


def image_at_rank(places: Sequence[int]) -> Stated:
    """Return the equation of the images at given ranks, from 1; NaN where there is no image."""
    return Stated(
        lambda place: np.where(
            np.isin(places, place), place_in(place, np.reshape(places, (-1, 1))), np.nan
        ),
        lambda k, place: "=" + place_of(places[k], place.over("image")[()], always=True),
        says="The numbers of the images at some ranks.",
        coarse=True,
        number_format="0",
    )


OF_THESE = Stated(
    lambda entries, found: lookup.entry(entries, found),  # noqa: PLW0108 -- its roles
    lambda k, entries, found: f"=INDEX({entries.over('image')[()]},{found[k]})",
    says="The entry of each image that was found.",
    coarse=True,
)


def pictures_of_these(columns: int) -> Stated:
    """Return the equation of the images that were found, as pictures with so many columns."""
    return Stated(
        lambda images, found: lookup.entry(images, found).reshape(len(found), -1, columns),
        lambda k, row, column, images, found: (
            f"=INDEX({images.over('image')[row * columns + column]},{found[k]})"
        ),
        says="The pixels of the images that were found, as pictures.",
        coarse=True,
    )


MATRIX_PRODUCT = Stated(
    lambda A, B: A @ B,
    lambda i, j, A, B: "=" + written_sum([f"{A[i, k]}*{B[k, j]}" for k in range(A.shape[1])]),
    says="(AB)_ij = sum_k a_ik b_kj: a row of A with a column of B. Book: 2-5.",
)

TRANSPOSE = Stated(lambda A: A.T, lambda i, j, A: f"={A[j, i]}")
"""(A^T)_ij = a_ji.   Book: 2-5."""


class Equal(Equation):
    """1 where two matrix products are equal apart from rounding, else 0."""

    coarse = True

    def array(self, one: np.ndarray, other: np.ndarray, A: np.ndarray, B: np.ndarray) -> np.ndarray:
        largest = max(np.abs(one).max(), np.abs(other).max())
        terms = len(A) * np.abs(A).max() * np.abs(B).max()
        far = np.abs(one - other).max()
        equal = np.where(far <= largest / 10**12 + terms / 10**15, 1.0, 0.0)
        return np.where(np.isfinite(largest + terms), equal, np.nan)

    def cell(self, one: Cells, other: Cells, A: Cells, B: Cells) -> str:
        size = A.shape[0]
        units = [(i, j) for i in range(size) for j in range(size)]
        far = written_call("MAX", [f"ABS({one[unit]}-{other[unit]})" for unit in units])
        largest = f"MAX({peak_formula(one[...])},{peak_formula(other[...])})"
        terms = f"{size}*{peak_formula(A[...])}*{peak_formula(B[...])}"
        return f"=IF({far}<={largest}/10^12+{terms}/10^15,1,0)"


class MostSimilar(Sentence):
    """Which of so many images is most like the drawn picture."""

    english = {
        "nearest": "The image most similar to a is image {number}, a {label}, with similarity "
        "{likeness}.",
        "several": "{ties} images are most similar to a, each with similarity {likeness}: image "
        "{number}, a {label}, is the first of them.",
        "equally": "All {images} images are equally similar to a, with similarity {likeness}: none "
        "is the most similar.",
        "no_direction": "Pattern a is all 0, or too small to square: it has no direction, and no "
        "image is similar to it. The images keep their original order.",
    }

    def __init__(self, images: int) -> None:
        self.images, self.numbers = images, {"images": images}

    def said(self, *, own: Term, likeness: Term, number: Term, label: Term) -> str:
        likeness = likeness.over("image")
        ties = equal_to(likeness, largest(likeness))
        shown = {"number": short(number[0]), "label": short(label[0]), "ties": ties}
        shown["likeness"] = short(largest(likeness), 3)
        one, several, every, nothing = (line.format(**shown) for line in self.words.values())
        said = either(ties == 1, one, several)
        if self.images > 1:
            said = either(ties == self.images, every, said)
        return either(sign(own) == 0, nothing, said)
