"""A variational autoencoder: each image is a spot in a plane, and the plane makes new images.

D. P. Kingma and M. Welling, Auto-encoding variational Bayes, ICLR 2014: section 2.3 has the cost,
2.4 the noise that is an input, so that back-propagation goes past it, appendix B the divergence.
D. J. Rezende, S. Mohamed and D. Wierstra, Stochastic backpropagation, ICML 2014. The factor β is
that of I. Higgins et al., β-VAE, ICLR 2017. Differs from the papers: the noise is a table, which
each epoch takes one row further down, and encoder and decoder have no hidden layer.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Chart, Page, Quantity, Size, Stated, Table, Trace, Weight, alike
from xlnn.equations import generative as gen
from xlnn.equations import units as eq
from xlnn.experiments import _pictures as pictures
from xlnn.experiments._pictures import CODE, PIXELS

APART = 0.5
"""How far pictures of the plane are from each other."""

SPREAD = Stated(
    lambda of: np.sqrt((of**2).mean()),
    lambda of: "=SQRT(SUMSQ({0})/COUNT({0}))".format(of.over("image")[...]),
)
"""The root mean square of both numbers over all images."""


# fmt: off
def weights() -> xlnn.Weights:
    """Return the weights of encoder and decoder, with their gradients."""
    slope, bias = eq.slope("image"), eq.bias_slope("image")
    layer = partial(Weight, symbol="w^{}", title="weights")
    biases = partial(Weight, symbol="b^{}", title="biases", start=0)
    return xlnn.Weights({
        "Wmu": layer((CODE, PIXELS), slope, "dmiddle", "images", symbol="wμ{}"),
        "bmu": biases((CODE,), bias, "dmiddle", symbol="bμ{}"),
        "Ws": layer((CODE, PIXELS), slope, "ds", "images", symbol="ws{}"),
        "bs": biases((CODE,), bias, "ds", symbol="bs{}"),
        "Wx": layer((PIXELS, CODE), slope, "e", "code", symbol="wx{}"),
        "bx": biases((PIXELS,), bias, "e", symbol="bx{}"),
    }, source="Kingma & Welling 2014")


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the images, the training, and the plane of the epoch shown."""
    epoch, image = Axis("epoch", sizes["epochs"], "up"), Axis("image", sizes["images"])
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.05, is_step_size=True)
    yield Quantity("factor", title="weight of the KL divergence β", symbol="β", between=(0, 4),
                   meaning="how much the plane's order costs; 1 in the paper")
    for axis in (epoch, image):
        yield from xlnn.choice(f"{axis.name}_chosen", axis, words, title=f"{axis.name} shown",
                               used=f"{axis.name}_used")
    yield Quantity("number", title="image", symbol="n", axes=(image,), counts=True)
    yield Quantity("turn", title="epoch", symbol="t", sheet="training", counts=True,
                   axes=(Axis("epoch", epoch.length),))
    yield Quantity("labels", symbol=" ", title="label", axes=(image,), number_format="0")
    yield Quantity("images", title="pixels", symbol="x{}", axes=(image,), shape=(PIXELS,),
                   meaning="the pixels of an image: what goes in, and what is to come out")
    yield Quantity("noise", title="noise", symbol="ε{}", axes=(image,), shape=(CODE,),
                   between=(-2.0, 2.0), number_format="0.00", source="Kingma & Welling 2014, 2.4",
                   meaning="normally distributed; each epoch begins a row further down")
    yield from _training(sizes, epoch, image)
    yield from _shown(sizes["classes"], image)
    yield Quantity("told", equation=xlnn.Told(
        "In epoch {epoch_used} the cost is {C_T_shown}: {R_shown} for the reconstruction, and "
        "{KL_shown} for the KL divergence, times {factor}.", digits=2))
    yield Quantity("wide", equation=xlnn.Told(
        "The middles μ of the images spread by {spread}, and around each of them the noise by "
        "{sigma_mean}. {wrong_shown} of {pixels} pixels come out wrong.", digits=2,
        pixels=PIXELS * image.length))


def _training(sizes: dict, epoch: Axis, image: Axis) -> Iterator[Quantity]:
    network, source = weights(), "Kingma & Welling 2014"
    column = alike(sheet="training", axes=(epoch, image))
    forward = partial(column, role="forward")
    spot, pixels = partial(forward, shape=(CODE,)), partial(forward, shape=(PIXELS,))
    yield forward("row_of_noise", "row of the noise", gen.TURNED.of("number", "turn"), symbol="n")
    yield spot("drawn", "its noise", eq.look_up("image").of("noise", "row_of_noise"), symbol="ε{}")
    yield from network.trained(epoch.length, sizes["optimizer"])
    yield spot("middle", "middle", eq.DENSE.of("Wmu", "images", "bmu"), symbol="μ{}", source=source,
               meaning="where the image lies in the plane", written="μ = Wμ x + bμ")
    yield spot("s", "logarithm of the variance", eq.DENSE.of("Ws", "images", "bs"), symbol="s{}",
               meaning="ln σ², which may have any sign", written="s = Ws x + bs", source=source)
    yield spot("sigma", "spread", gen.SPREAD, symbol="σ{}", written="σ = exp(s / 2)",
               meaning="how wide the spot of the image is")
    yield spot("code", "point drawn", gen.DRAWN.of(noise="drawn"), symbol="c{}",
               meaning="a point of the spot: what the decoder gets", written="c = μ + σ ε",
               source=f"{source}, 2.4")
    yield pixels("z", "weighted input", eq.DENSE.of("Wx", "code", "bx"), symbol="z{}")
    yield pixels("y", "pixels that come out", eq.SIGMOID, symbol="y{}",
                 meaning="how black a pixel is", written="y = σ(Wx c + bx)")
    yield column("R_image", "reconstruction", gen.RECONSTRUCTION.of(x="images"), symbol="R",
                 written="R = −Σ (x ln y + (1 − x) ln (1 − y))")
    yield column("KL_image", "KL divergence", gen.DIVERGENCE, symbol="KL")
    yield column("off", "pixels wrong", pictures.OFF.of("images", "y"), symbol=" ")
    back = partial(column, role="backward", shape=(CODE,))
    yield column("e", "error of a pixel", eq.ERROR.of("y", "images"), symbol="e{}",
                 role="backward", shape=(PIXELS,), meaning="how fast R changes with z",
                 written="e = y − x")
    yield back("dc", "error of the point", eq.BACK.of("e", "Wx"), symbol="∂R/∂c{}",
               written="∂R/∂c = Σ e Wx")
    yield back("dmiddle", "error of μ", gen.MIDDLE_ERROR, symbol="δμ{}", source=source,
               meaning="both costs pull at the middle: R to where the pixels are right, KL to 0",
               written="∂C/∂μ = ∂R/∂c + β μ")
    yield back("ds", "error of s", gen.S_ERROR.of(noise="drawn"), symbol="δs{}", source=source,
               meaning="R makes the spot narrow, KL pulls σ to 1",
               written="∂C/∂s = ½ ∂R/∂c ε σ + ½ β (σ² − 1)")
    yield from network.gradients(epoch.length)
    once = alike(sheet="weights", axes=(epoch,))
    yield once("R", "reconstruction", eq.total("image").of("R_image"), symbol="R",
               meaning="how surprising the pixels are, given what comes out", source=source,
               written="R = −Σ (x ln y + (1 − x) ln (1 − y))")
    yield once("KL", "KL divergence", eq.total("image").of("KL_image"), symbol="KL",
               meaning="how far the spots are from the normal distribution around 0",
               written="KL = ½ Σ (μ² + σ² − 1 − s)", source=f"{source}, app. B")
    yield once("C_T", "total cost", gen.BOTH_COSTS, symbol="C_T", written="C_T = R + β KL",
               meaning="two costs that pull against each other", source="Higgins et al. 2017, (4)")
    yield once("wrong", "pixels wrong", eq.total("image").of("off"), symbol=" ", number_format="0")


def _shown(classes: int, image: Axis) -> Iterator[Quantity | xlnn.Copy]:
    here = {"sheet": "decoder", "number_format": "0.00"}
    for name in ("R", "KL", "C_T", "wrong"):
        yield xlnn.shown(name, sheet="decoder")
    for name in ("middle", "sigma", "code"):
        yield xlnn.shown(name, "number", **here)
    yield from pictures.by_class(classes, "middle_shown", image, **here)
    for name, of in (("spread", "middle_shown"), ("sigma_mean", "sigma_shown")):
        yield Quantity(name, title=f"typical size of {of[:-6]}", sheet="decoder",
                       equation=SPREAD.of(of))
    shown = {name: f"{name}_shown" for name in ("Wx", "bx")}
    yield from (xlnn.shown(name, kind=name[0], **here) for name in shown)
    picture = alike(shape=(pictures.ROWS, pictures.COLUMNS))
    yield Quantity("row", title="row in the table", sheet="decoder", number_format="0",
                   equation=eq.training_position(image.length).of("epoch_used", "image_used"))
    yield picture("before", "goes in", pictures.PICTURE.of("images", "image_used"))
    yield picture("after", "comes out", pictures.PICTURE.of("y", "row"))
    yield from pictures.plane(("z", "y"), "code", shown, letter="c", apart=APART, **here)


def inputs(sizes: dict) -> dict:
    """Return the settings, a table of noise, and random weights."""
    draw = np.random.default_rng(sizes["seed"])
    return {
        "factor": 1, "epoch_chosen": sizes["epochs"], "image_chosen": 1, "point": [0.5, 0.5],
        **weights().drawn(draw, 0.2), "noise": draw.normal(size=(sizes["images"], CODE)).round(2),
    }


plane = partial(Chart, size_in_cm=(11.5, 11), x="c₁", y="c₂", ends=(-4, 4, 1), ends_up=(-4, 4, 1),
                is_square=True)

EXPERIMENT = xlnn.Experiment(
    "vae", model, title="A plane that makes images",
    summary="A variational autoencoder: the book's 64 images become spots in a plane, and the "
    "plane makes new images.",
    sizes={"epochs": Size(50, 1, 500), "images": Size(64, 2, 500),
           "classes": Size(1, 1, pictures.MOST), "seed": Size(1, 0, 2**31)},
    rates={"adam": 0.2, "sgd": 0.002, "momentum": 0.0005, "rmsprop": 0.02},
    inputs=inputs, images="digits", from_data=pictures.from_data, task=1,
    learns=xlnn.Learns("images", t="", output="y", picture=(pictures.ROWS, pictures.COLUMNS),
                       scales=False, tested={"code": "test_middle"}),
    options_for=["epochs", "seed"],
    about=(
        "{images} images of 12 pixels become spots in a plane: a middle μ and a spread σ each. The "
        "decoder gets a point of the spot, drawn with noise, and is to give the image back.",
        "Two costs add up. The reconstruction R wants narrow spots far from each other. The KL "
        "divergence wants each to be the same: the normal distribution, around 0 and 1 wide.",
        "So the plane fills up without gaps: the decoder makes an image of any point near 0.",
        "Nobody can differentiate a draw. So the noise ε is an input, a table: c = μ + σ ε has a "
        "slope in μ and σ. Each epoch takes the table a row further down.",
        "Your own images:  xlnn build vae --data pictures/  takes a folder of pictures, which "
        "become 4 × 3 pixels, or a table of 12 pixels in each row.",
    ),
    colours={"forward": "from the image to its spot, to a point of it, and back"},
    pages=(
        Page(
            "plane", "Plane", "Choose an epoch and an image, type a point of the plane, or change "
            "β.",
            xlnn.Sentences("told", "wide"), xlnn.Space(),
            xlnn.Beside(
                xlnn.Below(
                    xlnn.Numbers("eta", "factor", "epoch_chosen", "image_chosen", "point"),
                    xlnn.Sentences("epoch_chosen_asked", "image_chosen_asked", bold=0),
                    Chart("Two costs and their sum", Trace("C_T", name="total"),
                          Trace("R", name="reconstruction"), Trace("KL", name="KL divergence"),
                          size_in_cm=(8, 7.2)),
                ),
                xlnn.Below(
                    plane("Middles of the images (grey: points drawn)",
                          Trace(("code_shown", 1), ("code_shown", 0), "C9C9C9", 0, "circle",
                                name=None, size=4),
                          *pictures.traces("middle_shown")),
                    xlnn.Network(
                        "images", ("middle", "sigma"), "code", "y", width_in_cm=14,
                        ink=("images", "y"), back={"middle": "dmiddle", "code": "dc", "y": "e"},
                        lines=(("images", "Wmu", "middle"), ("images", "Ws", "sigma"),
                               ("middle", "", "code"), ("sigma", "drawn", "code"),
                               ("code", "Wx", "y")),
                    ),
                ),
                xlnn.Below(
                    xlnn.Beside(*map(pictures.ink, ("before", "after", "image"))),
                    xlnn.Space(),
                    *pictures.grids("c", APART),
                ),
            ),
        ),
        Page("images", "Images", "The images, and the table of noise.",
             Table("number", "labels", "images", "noise", ink=("images",), coloured=("noise",))),
        Page("training", "Training", "Forward and back, for each image in each epoch."),
        Page("decoder", "Decoder", "The spots and the decoder of the epoch shown, and what it "
             "makes of the point and of the places of the plane."),
    ),
    tries=(
        ("On {plane}, set β to 0.", "Now it is an autoencoder: the spots shrink to points and fly "
         "apart, and between them the plane is empty."),
        ("Set β to 4.", "The spots move together, and more pixels come out wrong."),
        ("Set β to 1 and type points from (−1.5, 0) to (1.5, 0).", "One image turns into another, "
         "through images that were never shown."),
    ),
)
