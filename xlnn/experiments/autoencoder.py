"""An autoencoder that reduces the book's images to two numbers, trained by gradient descent.

G. Hinton, R. Salakhutdinov, Reducing the dimensionality of data with neural networks, Science 313
(2006). Differs from it: the two numbers are tanh units and not linear ones, so that their plane has
borders and can be drawn; the cost is the book's squared error. With noise it is that of
P. Vincent et al., Extracting and composing robust features with denoising autoencoders (2008).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import isqrt

import numpy as np

import xlnn
from xlnn import Axis, Chart, Page, Quantity, Size, Table, Trace, Weight, alike
from xlnn.equations import units as eq
from xlnn.experiments import _pictures as pictures
from xlnn.experiments._pictures import CODE
from xlnn.terms import Value

PICTURE = 4, 3
"""Rows and columns of the book's images, to which pictures are resized."""

RATES = {"sgd": 0.05, "momentum": 0.005, "rmsprop": 0.02, "adam": 0.05}
LINEAR = 10
"""What learning rates are divided by if images are scaled: a linear output never saturates."""

# fmt: off
NOISY = eq.Choice(  # Vincent et al. 2008, 2.3: a part of the pixels, drawn at random, is set to 0
    lambda x, drawn, noise: np.where(drawn < noise, 0, x),
    "=IF({drawn}-{noise}<0,0,{x})")
APART = 0.3
"""How far pictures of the plane are from each other."""


def grid(sizes: dict, picture: tuple[int, ...] = ()) -> tuple[int, int]:
    """Return the rows and columns in which the numbers of an image are shown."""
    pixels = sizes["pixels"]
    if picture := picture or sizes.get("picture", ()):
        return tuple(picture)
    if pixels == PICTURE[0] * PICTURE[1]:
        return PICTURE
    side = isqrt(pixels)
    return (side, side) if side * side == pixels else (1, pixels)


def drawn(spec) -> tuple[int, ...]:  # noqa: ANN001 -- a Spec
    """Return the rows and columns of images that a person draws; a row of numbers is typed."""
    shape = grid(spec.sizes, spec.picture)
    return shape if shape[0] > 1 else ()


def layers(sizes: dict) -> dict[int, tuple[int, int]]:
    """Return the units of each layer and of the one below, by the layer's number."""
    hidden = [sizes["hidden"]] if sizes["hidden"] else []
    units = [sizes["pixels"], *hidden, CODE, *hidden, sizes["pixels"]]
    return dict(enumerate(zip(units[1:], units, strict=False), start=2))


def weights(sizes: dict) -> xlnn.Weights:
    """Return the weights and biases of all layers, with their gradients."""
    named = {}
    for n, (units, below) in layers(sizes).items():
        enters = "noisy" if n == 2 else f"a{n - 1}"
        named[f"W{n}"] = Weight((units, below), eq.slope("image"), f"delta{n}", enters,
                                symbol="w^{}", title="weights")
        named[f"b{n}"] = Weight((units,), eq.bias_slope("image"), f"delta{n}",
                                symbol="b^{}", title="biases", start=0)
    return xlnn.Weights(named, meaning="learnt as in the book", source="4-4")


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the images, the training, and the outputs of the network after one epoch."""
    epoch, image = Axis("epoch", sizes["epochs"], "up"), Axis("image", sizes["images"])
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.05, is_step_size=True,
                   meaning="how far a step goes")
    yield Quantity("noise", title="noise: part of the pixels left out", symbol="ν", between=(0, 1),
                   meaning="with noise the network is to give what it did not see")
    for axis in (epoch, image):
        yield from xlnn.choice(f"{axis.name}_chosen", axis, words, title=f"{axis.name} shown",
                               used=f"{axis.name}_used")
    yield Quantity("number", title="image", symbol="n", axes=(image,), counts=True)
    yield Quantity("labels", symbol=" ", title="label", axes=(image,), number_format="0")
    pixels = alike(axes=(image,), shape=(sizes["pixels"],))
    yield pixels("images", "pixels", symbol="x{}", source="3-1",
                 meaning="the pixels of an image: what goes in, and what is to come out")
    yield pixels("drawn", "drawn for the noise", symbol="u{}", between=(0.0, 1.0),
                 number_format="0.00", meaning="random numbers from 0 to 1")
    yield pixels("noisy", "what goes in", NOISY.of("images"), symbol="x̃{}", role="forward",
                 number_format="General", meaning="0 where the number drawn is below ν",
                 written="x̃ = 0 if u < ν, else x", source="Vincent et al. 2008, 2.3")
    yield from _training(sizes, epoch, image)
    yield from _shown(sizes)
    yield Quantity("told", equation=xlnn.Told(
        {"once_scaled": "C_T is {C_T_last} in the only epoch.",
         "told_scaled": "C_T is {C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}."}
        if sizes["scaled"] else
        {"once": "C_T is {C_T_last} in the only epoch. {wrong_last} of {all} pixels are wrong.",
         "told": "C_T is {C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}. "
         "{wrong_first} of {all} pixels are wrong in epoch 1, and {wrong_last} in the last."},
        lambda: (Value(epoch.length == 1),), digits=2, all=sizes["pixels"] * image.length))


def _training(sizes: dict, epoch: Axis, image: Axis) -> Iterator[Quantity]:
    shapes, network, below = layers(sizes), weights(sizes), "noisy"
    *_, last = shapes
    yield from network.trained(epoch.length, sizes["optimizer"])
    column = alike(sheet="training", axes=(epoch, image))
    forward = partial(column, role="forward")
    for n, (units, _) in shapes.items():
        yield forward(f"z{n}", "weighted input", eq.DENSE.of(f"W{n}", below, f"b{n}"),
                      symbol="z^{}", shape=(units,))
        below = f"a{n}"
        step = eq.TANH if n != last else eq.COPY if sizes["scaled"] else eq.SIGMOID
        yield forward(below, "activation", step.of(f"z{n}"),
                      symbol="a^{}", shape=(units,), source="3-2",
                      meaning="how excited a unit is; of the two, where the image lies",
                      written="tanh z; of the output 1 / (1 + exp(−z)), or z if scaled")
    yield column("C", "squared error", eq.SQUARED_ERROR.of("images", below), source="3-4",
                 meaning="how far the image that comes out is from the clean one",
                 written="C = ½ Σ (x − a)²")
    if not sizes["scaled"]:
        yield column("off", "pixels wrong", pictures.OFF.of("images", below), symbol=" ")
    back = eq.SIGMOID_DELTA.of(below, "images")
    if sizes["scaled"]:
        back = eq.ERROR.of(below, "images")
    for n, (units, _) in reversed(shapes.items()):
        yield column(f"delta{n}", "error δ", back, symbol="δ^{}", shape=(units,), role="backward",
                     meaning="how fast C changes with z", source="4-2, 4-3",
                     written="output: (a − x) a (1 − a), or a − x if scaled;  tanh: "
                     "(Σ δ w)(1 − a²)")
        back = eq.Back((f"delta{n}", f"W{n}"), tanh=f"a{n - 1}")
    yield from network.gradients(epoch.length)
    once = alike(sheet="progress", axes=(epoch,))
    yield once("C_T", "total cost", eq.total("image"))
    if not sizes["scaled"]:
        yield once("wrong", "pixels wrong", eq.total("image").of("off"), symbol=" ",
                   number_format="0")


def _shown(sizes: dict) -> Iterator[Quantity | xlnn.Copy]:
    code = 2 + bool(sizes["hidden"])
    above = [n for n in layers(sizes) if n > code]
    last = above[-1]
    here = {"sheet": "decoder", "number_format": "0.00"}
    yield Quantity("row", title="row in the table", sheet="decoder", number_format="0",
                   equation=eq.training_position(sizes["images"]).of("epoch_used", "image_used"))
    yield xlnn.shown(f"a{code}", "number", name="codes", title="place in the plane", symbol="a{}",
                     **here)
    image = Axis("image", sizes["images"])
    yield from pictures.by_class(sizes["classes"], "codes", image, **here)
    shown = {f"{kind}{n}": f"{kind}{n}_shown" for n in above for kind in "Wb"}
    yield from (xlnn.shown(name, kind=name[0], **here) for name in shown)
    shape = grid(sizes)
    picture, pixels = alike(shape=shape), eq.OfRow(shape, (sizes["pixels"],))
    yield picture("before", "clean", pixels.of("images", "image_used"))
    yield picture("seen", "goes in", pixels.of("noisy", "image_used"))
    yield picture("after", "comes out", pixels.of(f"a{last}", "row"))
    yield from pictures.plane([f"{kind}{n}" for n in above for kind in "za"], f"a{code}", shown,
                              letter="a", apart=APART, shape=shape, **here)


def inputs(sizes: dict) -> dict:
    """Return the settings, the random numbers for the noise, and random weights."""
    draw = np.random.default_rng(sizes["seed"])
    rate = {"eta": RATES[sizes["optimizer"]] / LINEAR} if sizes.get("scaled") else {}
    return {
        **rate, "noise": 0, "epoch_chosen": sizes["epochs"], "image_chosen": 1, "point": [0.5, 0.5],
        **weights(sizes).drawn(draw, 0.5, 3),
        "drawn": draw.random((sizes["images"], sizes["pixels"])).round(3),
    }


def from_data(data: xlnn.Dataset, where: str) -> tuple[dict, dict]:  # noqa: ARG001 -- any may be
    """Return the sizes and inputs for images, labelled by class or by number."""
    images, pixels = data.x.reshape(len(data.x), -1).shape
    classes = data.t.argmax(axis=1) if data.labels else np.arange(images)
    numbers = np.array([xlnn.number(label) for label in data.labels], dtype=float)
    are_numbers = len(numbers) and np.isfinite(numbers).all()  # not words, and not missing
    labels = numbers[classes] if are_numbers else classes + 1
    sizes = {"images": images, "pixels": pixels, "classes": pictures.class_count(labels)}
    return sizes, {"labels": labels}


def drawing(model: xlnn.Model) -> xlnn.Network:
    """Return the drawing of the network, whose layers depend on its sizes."""
    numbers = [q.name.removeprefix("delta") for q in model.quantities if q.kind == "delta"][::-1]
    names = ["noisy", *(f"a{n}" for n in numbers)]
    return xlnn.Network(
        *names, lines=[(below, f"W{n}", f"a{n}") for n, below in zip(numbers, names, strict=False)],
        ink=[names[0], names[-1]], back={f"a{n}": f"delta{n}" for n in numbers}, width_in_cm=14)


class Autoencoder(xlnn.Experiment):
    """An autoencoder, whose outputs lie between 0 and 1 if its images are not scaled."""

    def learns_of(self, spec) -> xlnn.Learns:  # noqa: ANN001 -- a Spec
        """Return what it learns from; the output is that of the last layer."""
        return replace(self.learns, output=f"a{[*layers(spec.sizes)][-1]}")

    def rate_for(self, data, source, asked) -> dict[str, float]:  # noqa: ANN001 -- as it has them
        """Return a lower learning rate for more data, and one lower still where they are scaled."""
        rates = super().rate_for(data, source, asked)
        is_scaled = (asked.scale or "none") != "none"
        return {name: rate / LINEAR for name, rate in rates.items()} if is_scaled else rates

    def told_of(self, spec, samples) -> tuple[str, ...]:  # noqa: ANN001 -- a Spec and its samples
        """Refuse pixels that the outputs cannot become."""
        outside = [value for value in samples.data.x.flat if not 0 <= value <= 1]
        if outside and not spec.scaled:
            raise xlnn.XlnnError(f"A pixel is {outside[0]:g}, but pixels must be from 0 to 1: add "
                                 "--scale standard.")
        return ()


EXPERIMENT = Autoencoder(
    "autoencoder", model, title="An autoencoder in a sheet",
    summary="An autoencoder: the book's 64 images through two numbers and back, and the plane of "
    "these numbers with its images.",
    sizes={"epochs": Size(40, 1, 500), "images": Size(64, 2, 2000), "pixels": Size(12, 1, 256),
           "hidden": Size(0, 0, 12), "classes": Size(1, 1, pictures.MOST),
           "seed": Size(1, 0, 2**31)},
    rates=RATES,
    inputs=inputs, images="digits", from_data=from_data, task=1,
    learns=xlnn.Learns(x="images", t="", results=("C_T", "wrong"),
                      tested={"noisy": "test_images"}, picture=PICTURE),
    options_for=["epochs", "hidden", "seed", "noise"],
    about=(
        "{images} images of {pixels} pixels go through two numbers and are to come out as they "
        "went in. Nobody tells the digit of an image; yet zeros and ones separate in the plane.",
        "The first half of the network is the encoder: it finds the two numbers. The second half "
        "is the decoder: it makes an image of any two numbers, also of those of no image.",
        "With noise a part of the pixels is left out, and the network has to give what it did not "
        "see. The random numbers for it are a table of inputs.",
        "Your own images:  xlnn build autoencoder --data pictures/  takes a folder of pictures, "
        "which become 4 × 3 pixels, or a table with an image in each row. Numbers that are not "
        "between 0 and 1 need  --scale standard .",
    ),
    colours={"forward": "from the image to the two numbers and back"},
    pages=(
        Page(
            "plane", "Plane", "Choose an epoch and an image, or type a point of the plane.",
            xlnn.Sentences("told"), xlnn.Space(),
            xlnn.Beside(
                xlnn.Below(
                    xlnn.Numbers("eta", "noise", "epoch_chosen", "image_chosen", "point"),
                    xlnn.Sentences("epoch_chosen_asked", "image_chosen_asked", bold=0),
                    Chart("Total cost", Trace("C_T"), size_in_cm=(8, 6)),
                ),
                xlnn.Below(
                    Chart("Images in the plane of the two numbers",
                          *pictures.traces("codes"), x="a₁", y="a₂", size_in_cm=(11.5, 11),
                          ends=(-1, 1, 0.5), ends_up=(-1, 1, 0.5), is_square=True),
                    xlnn.Made(drawing),
                ),
                xlnn.Below(
                    xlnn.Beside(*map(pictures.ink, ("before", "seen", "after", "image"))),
                    xlnn.Space(),
                    *pictures.grids("a", APART),
                ),
            ),
        ),
        xlnn.Progress(), xlnn.Predict(grid=drawn),
        xlnn.GradientCheck(),
        Page("images", "Images", "The images, and what goes in where there is noise.",
             Table("number", "labels", "images", "drawn", "noisy", ink=("images", "noisy"))),
        Page("training", "Training", "Forward and back, for each image in each epoch."),
        Page("decoder", "Decoder", "The decoder of the epoch shown, and what it makes of the point "
             "and of the places of the plane."),
    ),
    tries=(
        ("On {plane}, step through the epochs from the first to the last.", "The labels of the "
         "images separate: zeros and ones drift apart, although nobody said which is which."),
        ("Type points of the plane, from (−0.9, 0) to (0.9, 0).", "One image turns into another, "
         "through images that were never shown."),
        ("Set the noise to 0.3, and choose an image with missing pixels.", "Most of the "
         "missing pixels come back: six of seven, over all images."),
    ),
)
# fmt: on
