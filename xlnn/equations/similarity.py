"""Inner product, length, angle and ranking of patterns; matrix products.

Shapes: a and b (rows, columns) for patterns; A and B (n, n) for matrices.   Book: 2-4, 2-5.
"""

from collections.abc import Sequence

import numpy as np

from xlnn.equation import Cells, Equation, Stated
from xlnn.equations import lookup
from xlnn.equations.dense import BACK, place_in, place_of, written_call
from xlnn.equations.number import short
from xlnn.equations.sentences import Told, equal_to
from xlnn.terms import Term, largest, peak_formula, sign

DIGITS = 9
"""Decimals to which a likeness is rounded before comparisons."""

NEAR = 0.5 / 10**12
"""A cosine that is closer than this to 1 or 0 differs from it only by rounding."""

# fmt: off
INNER_PRODUCT = Stated(lambda a, b: (a * b).sum(), lambda a, b: f"=SUMPRODUCT({a[...]},{b[...]})",
                       number_format="General")
"""a . b = a_1 b_1 + a_2 b_2 + ...   Book: 2-4."""

LENGTH = Stated(lambda a: np.sqrt((a * a).sum()), lambda a: f"=SQRT(SUMSQ({a[...]}))")
"""|a|, the root of the sum of the squares.   Book: 2-4."""

COSINE = Stated(
    lambda inner, upper: np.where(
        upper == 0, 0.0, np.clip(inner / np.where(upper == 0, 1.0, upper), -1, 1)),
    "=IF(SIGN({upper})=0,0,MAX(-1,MIN(1,{inner}/{upper})))",
    says="cos = a . b / |a||b|, from -1 to 1; 0 where one of them has no direction. Book: 2-4.")

ANGLE = Stated(  # near a cosine of 1, rounding by 1E-16 would change it by 1E-8
    lambda cosine: 180 / np.pi * np.arccos(
        np.where(1 - np.abs(cosine) < NEAR, np.sign(cosine), cosine)),
    "=180/PI()*ACOS(IF(1-ABS({cosine})<0.5/10^12,SIGN({cosine}),{cosine}))", number_format="0.0")
"""The angle between a and b, in degrees."""

RELATION = Stated(  # 0 * upper: an error if |a||b| is too large for a cell, like the cosine's
    lambda cosine, upper: 0 * upper + np.where(upper == 0, 0.0, 3 + np.sign(cosine) * (
        1 + (1 - np.abs(cosine) < NEAR) - (np.abs(cosine) < NEAR))),
    "=IF(SIGN({upper})=0,0,3+IF(1-ABS({cosine})<0.5/10^12,2,IF(ABS({cosine})<0.5/10^12,0,1))"
    "*SIGN({cosine}))", reads_as_stated=True,
    says="How two patterns relate, as the number of a sentence.")
"""0 if one is all 0; 1 opposite, 2 rather opposite, 3 at right angles, 4 rather alike, 5 the same
direction. Rounding errors around 1 and 0 are ignored, as in `ANGLE`."""

POINTS = 61
"""Points of the curve of the inner product over the angle."""

DEGREES = Stated(lambda number: 180 * number / (POINTS - 1), f"=180*{{number}}/{POINTS - 1}")
"""Angles from 0 to 180 degrees."""

AT_ANGLE = Stated(lambda angle, upper: upper * np.cos(np.pi * angle / 180),
                  "={upper}*COS(PI()*{angle}/180)")
"""a . b = |a||b| cos: the inner product at any angle.   Book: 2-4."""

LEVEL = Stated(lambda angle, height: height + 0 * angle, "={height}+0*{angle}")
"""A level line, for a chart."""

IMAGE_INNER = Stated(lambda images, drawn: images @ drawn, "=SUMPRODUCT({images[:]},{drawn[:]})",
                     number_format="General")
"""a . b of the drawn picture and each image."""

LIKENESS = Stated(
    lambda inner, own, length: 0 * own * length + np.round(
        np.divide(inner, own * length, out=0 * length, where=own * length != 0), DIGITS),
    f"=IF(SIGN(({{own}}*{{length}}))=0,0,ROUND({{inner}}/({{own}}*{{length}}),{DIGITS}))",
    reads_as_stated=True,
    says="The cosine of each image and the drawn picture, to nine decimals: ties are exact.")

RANK = Stated(
    lambda number, likeness: (
        1.0 + (likeness > likeness[:, np.newaxis]).sum(axis=1)
        + ((likeness == likeness[:, np.newaxis]) & (number < number[:, np.newaxis])).sum(axis=1)),
    '=1+COUNTIF({likeness[image]},">"&{likeness})'
    '+COUNTIFS({likeness[image]},{likeness},{number[image]},"<"&{number})',
    reads_as_stated=True, number_format="0",
    says="The rank of each image by its likeness; equal ones in their order.")

MATRIX_PRODUCT = BACK.restated(
    "A", "B", says="(AB)_ij = sum_k a_ik b_kj: a row of A with a column of B. Book: 2-5.")

TRANSPOSE = Stated(lambda A: A.T, lambda i, j, A: f"={A[j, i]}")
"""(A^T)_ij = a_ji.   Book: 2-5."""


def in_row(columns: int) -> Stated:
    """Return the equation of the pixels of a picture with so many columns as a vector."""
    return Stated(lambda a: a.ravel(), lambda i, a: f"={a[divmod(i, columns)]}",
                  says="A picture's pixels as a vector.")


def image_at_rank(places: Sequence[int]) -> Stated:
    """Return the equation of the images at given ranks, from 1; NaN where there is no image."""
    return Stated(
        lambda place: np.where(
            np.isin(places, place), place_in(place, np.reshape(places, (-1, 1))), np.nan),
        lambda k, place: "=" + place_of(places[k], place.over("image")[()], always=True),
        says="The numbers of the images at some ranks.", reads_as_stated=True, number_format="0")


def pictures_of_these(columns: int) -> Stated:
    """Return the equation of the images that were found, as pictures with so many columns."""
    return Stated(
        lambda images, found: lookup.entry(images, found).reshape(len(found), -1, columns),
        lambda k, row, column, images, found: (
            f"=INDEX({images.over('image')[row * columns + column]},{found[k]})"),
        says="The pixels of the images that were found, as pictures.", reads_as_stated=True)


class Equal(Equation):
    """1 where two matrix products are equal apart from rounding, else 0."""

    reads_as_stated = True

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


def most_similar(images: int) -> Told:
    """Return which of so many images is most like the drawn picture."""

    def ties(likeness: Term) -> Term:
        return equal_to(likeness.over("image"), largest(likeness.over("image")))

    return Told(
        {
            "no_direction": "Pattern a is all 0, or too small to square: it has no direction, and "
            "no image is similar to it. The images keep their original order.",
            "nearest": "The image most similar to a is image {number}, a {label}, with similarity "
            "{likeness}.",
            "equally": "All {images} images are equally similar to a, with similarity {likeness}: "
            "none is the most similar.",
            "several": "{ties} images are most similar to a, each with similarity {likeness}: "
            "image {number}, a {label}, is the first of them.",
        },
        lambda own, likeness: (sign(own) == 0, ties(likeness) == 1, ties(likeness) == images),
        likeness=lambda likeness: short(largest(likeness.over("image")), 3),
        ties=ties,
        images=images,
    )
