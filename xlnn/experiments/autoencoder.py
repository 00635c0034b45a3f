"""An autoencoder that reduces the book's images to two numbers, trained by gradient descent.

G. Hinton, R. Salakhutdinov, Reducing the dimensionality of data with neural networks, Science 313
(2006). Differs from it: the two numbers are tanh units and not linear ones, so that their plane has
borders and can be drawn; the cost is the book's squared error. With noise it is that of
P. Vincent et al., Extracting and composing robust features with denoising autoencoders (2008).
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Chart, Page, Quantity, Size, Table, Trace, Weight, alike
from xlnn.equations import units as eq
from xlnn.experiments import _pictures as pictures
from xlnn.experiments._pictures import CODE, PIXELS
from xlnn.terms import Value

# fmt: off
NOISY = eq.Choice(  # Vincent et al. 2008, 2.3: a part of the pixels, drawn at random, is set to 0
    lambda x, drawn, noise: np.where(drawn < noise, 0, x),
    "=IF({drawn}-{noise}<0,0,{x})")
APART = 0.3
"""How far pictures of the plane are from each other."""


def layers(sizes: dict) -> dict[int, tuple[int, int]]:
    """Return the units of each layer and of the one below, by the layer's number."""
    hidden = [sizes["hidden"]] if sizes["hidden"] else []
    units = [PIXELS, *hidden, CODE, *hidden, PIXELS]
    return dict(enumerate(zip(units[1:], units, strict=False), start=2))


def weights(sizes: dict) -> xlnn.Weights:
    """Return the weights and biases of all layers, with their gradients."""
    found = {}
    for n, (units, below) in layers(sizes).items():
        enters = "noisy" if n == 2 else f"a{n - 1}"
        found[f"W{n}"] = Weight((units, below), eq.slope("image"), f"delta{n}", enters,
                                symbol="w^{}", title="weights")
        found[f"b{n}"] = Weight((units,), eq.bias_slope("image"), f"delta{n}",
                                symbol="b^{}", title="biases", start=0)
    return xlnn.Weights(found, meaning="learnt as in the book", source="4-4")


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the images, the training, and the outputs of the network after one epoch."""
    epoch, image = Axis("epoch", sizes["epochs"], "up"), Axis("image", sizes["images"])
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.05, calms=True,
                   meaning="how far a step goes")
    yield Quantity("noise", title="noise: part of the pixels left out", symbol="ν", between=(0, 1),
                   meaning="with noise the network is to give what it did not see")
    for axis in (epoch, image):
        yield from xlnn.choice(f"{axis.name}_chosen", axis, words, title=f"{axis.name} shown",
                               used=f"{axis.name}_used")
    yield Quantity("number", title="image", symbol="n", axes=(image,), counts=True)
    yield Quantity("labels", symbol=" ", title="label", axes=(image,), number_format="0")
    pixels = alike(axes=(image,), shape=(PIXELS,))
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
        {"once": "C_T is {C_T_last} in the only epoch. {wrong_last} of {pixels} pixels are wrong.",
         "told": "C_T is {C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}. "
         "{wrong_first} of {pixels} pixels are wrong in epoch 1, and {wrong_last} in the last."},
        lambda: (Value(epoch.length == 1),), digits=2, pixels=PIXELS * image.length))


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
        yield forward(below, "activation", (eq.SIGMOID if n == last else eq.TANH).of(f"z{n}"),
                      symbol="a^{}", shape=(units,), source="3-2",
                      meaning="how excited a unit is; of the two, where the image lies",
                      written="tanh z, and 1 / (1 + exp(−z)) of the pixels")
    yield column("C", "squared error", eq.SQUARED_ERROR.of("images", below), source="3-4",
                 meaning="how far the image that comes out is from the clean one",
                 written="C = ½ Σ (x − a)²")
    yield column("off", "pixels wrong", pictures.OFF.of("images", below), symbol=" ")
    back = eq.SQUARED_ERROR_DELTA.of(below, "images")
    for n, (units, _) in reversed(shapes.items()):
        yield column(f"delta{n}", "error δ", back, symbol="δ^{}", shape=(units,), role="backward",
                     meaning="how fast C changes with z", source="4-2, 4-3",
                     written="output: (a − x) a (1 − a);  tanh: (Σ δ w)(1 − a²)")
        back = eq.Back((f"delta{n}", f"W{n}"), tanh=f"a{n - 1}")
    yield from network.gradients(epoch.length)
    once = alike(sheet="weights", axes=(epoch,))
    yield once("C_T", "total cost", eq.total("image"))
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
    shown = {f"{kind}{n}": f"{kind}{n}_shown" for n in above for kind in "Wb"}
    yield from (xlnn.shown(name, kind=name[0], **here) for name in shown)
    picture = alike(shape=(pictures.ROWS, pictures.COLUMNS))
    yield picture("before", "clean", pictures.PICTURE.of("images", "image_used"))
    yield picture("seen", "goes in", pictures.PICTURE.of("noisy", "image_used"))
    yield picture("after", "comes out", pictures.PICTURE.of(f"a{last}", "row"))
    yield from pictures.plane([f"{kind}{n}" for n in above for kind in "za"], f"a{code}", shown,
                              letter="a", apart=APART, **here)


def inputs(sizes: dict) -> dict:
    """Return the settings, the random numbers for the noise, and random weights."""
    draw = np.random.default_rng(sizes["seed"])
    return {
        "noise": 0, "epoch_chosen": sizes["epochs"], "image_chosen": 1, "point": [0.5, 0.5],
        **weights(sizes).drawn(draw, 0.5, 3),
        "drawn": draw.random((sizes["images"], PIXELS)).round(3),
    }


EXPERIMENT = xlnn.Experiment(
    "autoencoder", model, title="Twelve pixels in two numbers",
    summary="An autoencoder: the book's 64 images through two numbers and back, and the plane of "
    "these numbers with its images.",
    sizes={"epochs": Size(40, 1, 500), "images": Size(64, 2, 500), "hidden": Size(0, 0, 12),
           "seed": Size(1, 0, 2**31)},
    rates={"sgd": 0.05, "momentum": 0.005, "rmsprop": 0.02, "adam": 0.05},
    inputs=inputs, images="digits", from_data=pictures.from_data, task=1, reads="pictures",
    picture=(pictures.ROWS, pictures.COLUMNS), options_for=["epochs", "hidden", "seed", "noise"],
    about=(
        "{images} images of 12 pixels go through two numbers and are to come out as they went in. "
        "Nobody says which digit is on an image; yet zeros and ones separate in the plane.",
        "The first half of the network is the encoder: it finds the two numbers. The second half "
        "is the decoder: it makes an image of any two numbers, also of those of no image.",
        "With noise a part of the pixels is left out, and the network has to give what it did not "
        "see. The random numbers for it are a table of inputs.",
        "Your own images:  xlnn build autoencoder --data pictures/  takes a folder of pictures, "
        "which become 4 × 3 pixels, or a table of 12 pixels in each row.",
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
                ),
                xlnn.Below(
                    xlnn.Beside(*map(pictures.ink, ("before", "seen", "after", "image"))),
                    xlnn.Space(),
                    *pictures.grids("a", APART),
                ),
                xlnn.Below(
                    Chart("Images in the plane of the two numbers",
                          Trace(("codes", 1), ("codes", 0), "1B4F9C", 0, "circle", each="image",
                                labels="labels"), x="a₁", y="a₂", size_in_cm=(11.5, 11),
                          ends=(-1, 1, 0.5), ends_up=(-1, 1, 0.5), is_square=True),
                    Chart("Total cost", Trace("C_T"), size_in_cm=(11.5, 7.2)),
                ),
            ),
        ),
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
        ("Set the noise to 0.3, and choose an image of which pixels are missing.", "Most of the "
         "missing pixels come back: six of seven, over all images."),
    ),
)
# fmt: on
