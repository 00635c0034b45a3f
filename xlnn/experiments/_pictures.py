"""Pictures of 4 × 3 pixels, and the plane of two numbers from which a decoder makes them."""

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Grid, Quantity, Stated, Trace, alike
from xlnn.equations import units as eq

ROWS, COLUMNS = 4, 3
PIXELS = ROWS * COLUMNS
CODE = 2
ACROSS = 7
"""Pictures along each side of the plane."""

# fmt: off
OFF = eq.Choice(
    lambda t, a: ((t >= 0.5) != (a >= 0.5)).sum(axis=1),
    lambda t, a: "=" + "+".join(f"(({t[j]}>=0.5)<>({a[j]}>=0.5))" for j in range(t.shape[0])))
"""How many pixels come out on the wrong side of ½."""

NUMBER = Stated(lambda point: point, "=1*{point}")  # a text is an error; SUMPRODUCT would skip it
PICTURE = eq.OfRow((ROWS, COLUMNS), (PIXELS,))

ink = partial(
    Grid, scale=lambda page: "around 0" if page.spec.scaled else "ink", width=3, digits=";;;"
)
"""A picture; scaled pixels have two colours."""


MOST = 10
"""The most classes with a colour each; if there are more labels, all images have one colour."""

COLOURS = ("1B4F9C", "D9793B", "2F7D4F", "8E5EA2", "3A9D9D", "B8860B", "D46A9F", "7A8B2A", "5B7FDB",
           "A0522D")
NOWHERE = -100
"""The height of points to hide: far below the chart."""

LESS = eq.Choice(lambda labels: labels.min() - 1, "=MIN({labels[image]})-1")
KIND = eq.Choice(  # the next larger label, or the largest again
    lambda labels, before: min((label for label in labels if label > before), default=before),
    '=IFERROR(LARGE({labels[image]},COUNTIF({labels[image]},">"&{before})),{before})')


def class_count(labels: np.ndarray) -> int:
    """Return the number of classes that have a colour each; 1 if there are too many."""
    count = len({*labels})
    return count if count <= MOST else 1


def by_class(number: int, of: str, image: Axis, **here: str) -> Iterator[Quantity]:
    """Yield the heights of images in a plane in the series of each class, and the image chosen.

    Parameters
    ----------
    number : int
        The number of classes.
    of : str
        The two numbers of each image.
    image : Axis
    **here : str
        The sheet and the number format.
    """
    shown, last = alike(sheet=here["sheet"], symbol=" "), number - 1
    yield shown("less", "less than each label", LESS)
    yield shown("kind", "class", KIND.of("labels", xlnn.previous("kind", start="less")),
                axes=(Axis("class", number, "up"),), number_format="0")
    yield shown(
        "by_class", "height by class", axes=(image,), shape=(number,), number_format="0.00;",
        equation=Stated(  # the last series takes all images that no earlier one has
            lambda labels, kind, codes: np.where(
                np.column_stack([labels[:, np.newaxis] == kind[:last], labels >= kind[last]]),
                codes[:, 1:], NOWHERE),
            lambda k, labels, kind, codes: (
                f"=IF({labels[()]}{'=' if k < last else '>='}"
                f"{kind.at(k, along='class')[()]},{codes[1]},{NOWHERE})")
        ).of(codes=of))
    yield shown("marked", "place of the image shown", eq.OfRow((CODE,)).of(of, "image_used"),
                shape=(CODE,), number_format="0.00")


def place(apart: float) -> Stated:
    """Return the equation of the places: from left to right, and their rows from the top down."""
    half = ACROSS // 2
    return Stated(
        lambda place: apart * np.column_stack([
            (place - 1) % ACROSS - half, half - (place - 1) // ACROSS]),
        lambda k, place: (
            f"={apart}*(MOD({place[()]}-1,{ACROSS})-{half})",
            f"={apart}*({half}-INT(({place[()]}-1)/{ACROSS}))")[k])


def marks(apart: float) -> list[str]:
    """Return the numbers along a side of the plane.

    >>> marks(0.5)
    ['−1.5', '−1.0', '−0.5', '0.0', '0.5', '1.0', '1.5']
    """
    return [f"{apart * (n - ACROSS // 2):.1f}".replace("-", "−") for n in range(ACROSS)]


def plane(  # noqa: PLR0913 -- what is on it
    decoder: Iterable[str], code: str, weights: Mapping[str, str], *, letter: str, apart: float,
    shape: tuple[int, int] = (ROWS, COLUMNS), **here: str,
) -> Iterator[Quantity | xlnn.Copy]:
    """Yield a point to be typed and the places of the plane, and the picture of each.

    Parameters
    ----------
    decoder : iterable of str
        The quantities from the two numbers to the pixels, which are the last.
    code : str
        The two numbers, of which the decoder makes pixels.
    weights : dict of str
        The weights that it uses in place of those of training.
    letter : str
        That of the two numbers.
    apart : float
        How far the places are from each other.
    shape : (int, int)
        Rows and columns of a picture.
    **here : str
        The sheet and the number format.
    """
    (*_, pixels), picture = decoder, alike(shape=shape)
    shown = eq.OfRow(shape, (math.prod(shape),))
    again = partial(xlnn.again, decoder, **here)
    point = alike(symbol=f"{letter}{{}}", shape=(CODE,))
    yield point("point", "type a point", number_format="0.00", between=(-3 * apart, 3 * apart))
    yield point("point_used", "point used", NUMBER.of("point"), **here)
    yield from again("{}_point", instead={code: "point_used", **weights})
    yield picture("image", "of the point", shown.of(f"{pixels}_point"))
    places = Axis("place", ACROSS**2)
    yield Quantity("place", title="place", symbol="n", axes=(places,), counts=True,
                   sheet=here["sheet"])
    yield point("spot", "point of the plane", place(apart).of("place"), axes=(places,), **here)
    yield from again("{}_plane", axes=(places,), instead={code: "spot", **weights})
    for down, mark in enumerate(reversed(marks(apart))):
        first = down * ACROSS
        some = Axis("place", ACROSS, first=first, counts_from=first + 1)
        yield picture(f"plane_{down + 1}", f"{letter}₂ = {mark}", axes=(some,), symbol=" ",
                      equation=eq.pictures(some, shape).of(f"{pixels}_plane"))


def traces(of: str) -> tuple[Trace, ...]:
    """Return the points of images in the plane, a colour for each class, and what is marked."""
    return (Trace("by_class", (of, 0), COLOURS, 0, "circle", called="kind", size=6),
            Trace(("marked", 1), ("marked", 0), "1F2933", 0, "diamond", "image shown", size=10),
            Trace(("point_used", 1), ("point_used", 0), "C0561C", 0, "x", "point typed", size=8))


def grids(letter: str, apart: float) -> Iterator[Grid]:
    """Yield the rows of pictures of the plane."""
    captions = tuple(f"{letter}₁ = {mark}" for mark in marks(apart))
    for n in range(1, ACROSS + 1):
        yield ink(f"plane_{n}", height=0, captions=captions if n == 1 else ())


def from_data(data: xlnn.Dataset, where: str) -> tuple[dict, dict]:
    """Return the sizes and inputs for pictures, labelled by class or by number."""
    images, pixels = data.x.reshape(len(data.x), -1).shape
    if pixels != PIXELS:
        raise xlnn.XlnnError(f"{where}: {pixels} columns of pixels were found, but {ROWS} × "
                             f"{COLUMNS} are needed; --label names a column of labels.")
    if outside := [value for value in data.x.flat if not 0 <= value <= 1]:
        raise xlnn.XlnnError(f"{where}: a pixel is {outside[0]:g}, but pixels must be from 0 to 1.")
    classes = data.t.argmax(axis=1) if data.labels else np.arange(images)
    numbers = np.array([xlnn.number(label) for label in data.labels], dtype=float)
    are_numbers = len(numbers) and np.isfinite(numbers).all()  # not words, and not missing
    labels = numbers[classes] if are_numbers else classes + 1
    return {"images": images, "classes": class_count(labels)}, {"labels": labels}
# fmt: on
