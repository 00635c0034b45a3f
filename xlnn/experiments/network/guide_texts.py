"""What the Guide says of a network: what it is, where its data are from, and things to try."""

from collections.abc import Sequence
from typing import Any

from xlnn.equations.layer import LAYERS
from xlnn.equations.optimiser import PLAIN
from xlnn.experiments.network.layers import kinds_of, layers_of
from xlnn.registry.templates import template
from xlnn.workbooks.spec import Spec

TITLE = "A neural network that learns in this workbook"
TITLE_OF_TRAINED = "A trained network predicts"

OF_IMAGES = (
    "A {network} network learns from {images} images ({labels}, {rows} × {columns} pixels) in "
    "{epochs} epochs."
)
OF_MAPS = (
    "A network learns from {images} images ({labels}, {rows} × {columns} pixels) in {epochs} "
    "epochs. Its layers: {network}."
)
OF_ROWS = (
    "A {network} network learns from {images} rows of {inputs} inputs to tell {labels} apart, in "
    "{epochs} epochs."
)
OF_NUMBERS = (
    "A {network} network learns from {images} rows of {inputs} inputs to predict {labels}, in "
    "{epochs} epochs."
)
"""What learns, and from what."""

SHOWN = (
    "Nothing is hidden: every weighted input, error, gradient and update is a formula that you can "
    "click and trace.",
    "You can edit the yellow cells. Change one, and every epoch is recalculated. You can't break "
    "anything: just undo.",
)

SECTIONS = "{whose}: forward (3-2), cost (3-4), back-propagation (4-2, 4-3){steps}."
SECTIONS_OF_MAPS = "{whose}: filters and pooling (5-3), cost (3-4), back-propagation (5-5){steps}."

CHECKED = "The command  xlnn check  compares every formula that gives a number with NumPy."

OF_TRAINED = (
    "The network of {model}: {network}. Outputs: {labels}.",
    "It was trained elsewhere. Here each weighted input and each activation is a formula that you "
    "can click and trace.",
    "It has {given} rows of data, and {spare} more rows are free for your own. You can edit the "
    "yellow cells: change one, and everything is recalculated.",
    CHECKED,
)

BROKEN = (
    "If you overwrite a formula by mistake, the sheet {check} tells you, as long as the inputs are "
    "unchanged. The command  xlnn check FILE  always names the cell and its correct formula."
)

COLOURS = {
    "backward": "back: cost, errors, gradients",
    "negative": "weight or gradient below 0",
    "positive": "weight or gradient above 0",
}
"""The meanings of colours that differ from those in other experiments."""

WHOSE = "The formulas are the book's"
WHOSE_METHOD = "The method is the book's, with other functions"

DIGITS = ("The data: the book's handwritten 0s and 1s.",)

DATA = {
    "digits": DIGITS,
    "digits-cross-entropy": DIGITS,
    "xor": (
        "The data: all four cases of exclusive or. The target is 1 if exactly one of the two "
        "inputs is 1, else 0.",
    ),
    "iris": (
        "The data: 150 irises (Anderson and Fisher, 1936) and their species. Length and width of "
        "the sepals, which enclose the bud, and of the petals, in centimetres.",
    ),
    "diabetes": (
        "The data: 442 patients (Efron et al., 2004): age, sex, body mass index (bmi), blood "
        "pressure (bp), and blood values: total cholesterol (tc), ldl,",
        "hdl, tc / hdl (tch), the logarithm of triglycerides (ltg), sugar (glu). The network "
        "predicts disease progression after one year (progression).",
    ),
    "digits-8x8": (
        "The data: handwritten digits of many people, as pixels from 0 (paper) to 1 (ink).",
    ),
    "cnn": ("The data: the handwritten 1s, 2s and 3s of the book's chapter 5.",),
    "circles": (
        "The data: points on two rings, one inside the other, with some noise. No straight line "
        "separates them.",
    ),
    "moons": (
        "The data: points on two interlocking half moons, with some noise. No straight line "
        "separates them.",
    ),
    "spirals": (
        "The data: points on two spirals wound around each other, with some noise. No straight "
        "line separates them.",
    ),
}
"""The data of templates."""

TOLD = {
    "batch normalization": "Batch normalisation has no formulas of its own: in a trained network "
    "it is a factor and a shift, and both are included in the weights of the neighbouring layer.",
    "folded above": "The factor and the shift between two layers are included in the weights of "
    "the layer that follows.",
    "dropout": "Dropout has no formulas: it has no effect in a trained network.",
    "both": "The model has one output p for two classes. Here there are two, 1 − p and p, with the "
    "weights −w and w: 1 − σ(z) = σ(−z).",
    "copied": "The last layer only passes on the values of the layer before it, in the order of "
    "the model's outputs.",
    "activation below": "The model takes the largest value first and then applies the activation "
    "function; here it is the other way round, with the same result, because the function is "
    "increasing.",
    "linear": "A layer before the output layer has no activation function: it could be merged with "
    "the layer that follows. Is one missing in the model?",
    "scores": "The outputs have no softmax: they are scores, not probabilities. The largest "
    "decides.",
}
"""The notes on a model that was trained elsewhere, by the keys in a Spec."""

# Things to try: what to do, and what to look at then.

RAISED = "Make η on {rate} five times as large, then a hundred times."
FASTER = (
    RAISED,
    "{progress}: does the cost fall faster, jump about, or stop falling? A step that is too long "
    "jumps over the valley.",
)
ZEROS = "Set all start weights and biases to 0 (first row of {weights})."
ALIKE = (
    ZEROS,
    "{lens}: hidden units that are equal have equal gradients and stay equal. How much can the "
    "network still learn?",
)
SHRINKING = "Do the outputs approach their targets, and do the errors δ shrink?"
STEPPED = ("On {lens}, choose an image and step through the epochs.", SHRINKING)
SWAPPED = "On {images}, swap the targets of one image."
ODD_ONE = (
    SWAPPED,
    "{lens}: does its error stay large while those of the others shrink? {progress}: what does it "
    "do to the cost?",
)
SURE = "The network answers anyway. How sure does it seem?"
FAR = "On {recognise}, type an example that is far from all the data."

TRY_IMAGES = (
    FASTER,
    ALIKE,
    STEPPED,
    ODD_ONE,
    (
        "On {recognise}, draw something that belongs to no class.",
        "The network answers anyway. Are all its outputs small?",
    ),
)

TRY_ROWS = (
    FASTER,
    ALIKE,
    ("On {lens}, choose a row and step through the epochs.", SHRINKING),
    (FAR, SURE),
)

TRY_NUMBERS = (
    (
        RAISED,
        "{progress}: does the error fall faster, jump about, or stop falling? A step that is too "
        "long jumps over the valley.",
    ),
    (
        "On {fit}, choose epoch 1, then step through the epochs.",
        "Do the points move towards the line? How close do they get?",
    ),
    (
        "On {images}, make the largest target ten times as large.",
        "{progress}: the root mean square error rises more than the mean absolute error, because "
        "squares give large errors the most weight.",
    ),
    (
        "On {recognise}, change one input in equal steps and leave the others.",
        "Does the prediction change in equal steps, too, or does it level off? Which input matters "
        "most?",
    ),
    (
        FAR,
        "The network answers anyway, and nothing in the number tells how little you can trust it.",
    ),
    (
        ZEROS,
        "{lens}: hidden units that are equal have equal gradients and stay equal. {fit}: how much "
        "can the network still predict?",
    ),
)

TRY_TRAINED = (
    (
        "On {images}, change one input of a row in equal steps and leave the others.",
        "{training}: do the outputs change in equal steps, too, or do they level off? Which input "
        "matters most?",
    ),
    (
        "On {weights}, set the weights of one unit to 0.",
        "{play}: how much does the answer depend on this unit?",
    ),
    ("On {images}, type a row that is far from all the others.", SURE),
)

TRY_TEMPLATE = {
    "digits": (  # what the book's own images show
        (
            "Set η on {rate} to 1, then 5, then 20.",
            "{progress}: with the book's start and η = 1, the cost jumps about at first, and from "
            "epoch 10 on it is lower than with 0.2. With 5 and 20 the steps are too long, and the "
            "network learns nothing.",
        ),
        (
            ZEROS,
            "Why does the network learn nothing? {lens}: units that are equal have equal gradients "
            "and stay equal; and the images of one digit cancel what the images of the other ask "
            "for ({gradients}).",
        ),
        STEPPED,
        (
            SWAPPED,
            "{progress}: with the book's start, the cost does not fall as far. {lens}: after 50 "
            "epochs its error is usually more than ten times that of the others.",
        ),
        (
            "On {recognise}, draw something that is not a digit.",
            "The network answers anyway. Are all its outputs small? Often not: try an empty grid.",
        ),
    ),
    "xor": (  # what a hidden layer is for
        (
            "On {map}, choose epoch 0, then step through the epochs.",
            "Each hidden unit divides the plane along one line; the output layer combines these "
            "lines. The corners (0, 1) and (1, 0) belong to one class, and no single line "
            "separates them from the other two.",
        ),
        (
            "Keep one hidden unit: set the start weights and biases of the other two to 0, and the "
            "weights that lead from them (first row of {weights}).",
            "{progress}: in the end at most 3 of 4 rows are right. {map} shows the one line that "
            "is left.",
        ),
        (
            ZEROS,
            "{lens}: the hidden units stay at 0, so their weights never get a gradient. Only the "
            "biases of the output layer learn, and 2 of 4 rows are right.",
        ),
        FASTER,
        (
            "On {recognise}, type 0.5 for both inputs, then numbers far from 0 and 1.",
            "The network has learnt only the four corners, and answers anyway. How sure does it "
            "seem?",
        ),
    ),
    "cnn": (  # what the book's filters show
        (
            "Look at epoch 1 on {progress}, before any update: with the book's start, 91 of the 96 "
            "images are already right. Then type other numbers into the first row of {weights}.",
            "The book's filters are a good start (5-6). With other numbers about a third of the "
            "images is right, no better than guessing.",
        ),
        (
            ZEROS,
            "{lens}: the three filters are equal, have equal gradients and stay equal. How much "
            "can the network still learn?",
        ),
        (
            "On {lens}, choose an image and a position in a map, and step through the epochs.",
            "z is large where the image contains the pattern of a filter. What does each of the "
            "three filters look for?",
        ),
        ODD_ONE,
        (
            "On {recognise}, draw a digit, then move it by one pixel.",
            "Pooling keeps only the largest value of each block: is the digit still recognised?",
        ),
    ),
}
"""Things to try with templates that are unchanged."""

TIMELESS = ("xor",)
"""Templates whose things to try are true for any number of epochs."""


def texts(spec: Spec) -> dict[str, Any]:
    """Return what the Guide of a network says, by its keys."""
    guide = {"title": TITLE, "about": [*_about(spec)], "broken": [BROKEN]}
    if not spec.epochs:
        guide = {"title": TITLE_OF_TRAINED, "about": [*OF_TRAINED]}
    tried = [{"do": do, "look": look} for do, look in tries(spec)]
    return guide | {"colours": COLOURS, "columns": {"book": "book"}, "experiments": tried}


def _about(spec: Spec) -> Sequence[str]:
    """Return what a network learns from, and what the workbook shows of it."""
    slides = any(kind.slides for kind in kinds_of(spec).values())
    of_data = OF_ROWS if spec.features else OF_IMAGES
    learns = OF_MAPS if slides else OF_NUMBERS if spec.is_regression else of_data
    return learns, *SHOWN, SECTIONS_OF_MAPS if slides else SECTIONS, CHECKED


def tries(spec: Spec) -> Sequence[tuple[str, str]]:
    """Return the things to try: those of a template if its network is as it was shipped."""
    if not spec.epochs:
        return TRY_TRAINED
    if spec.template in TRY_TEMPLATE and _is_plain(spec) and _is_shipped(spec):
        return TRY_TEMPLATE[spec.template]
    if spec.is_regression:
        return TRY_NUMBERS
    return TRY_ROWS if spec.features else TRY_IMAGES


def _is_plain(spec: Spec) -> bool:
    """Return whether a network has a single run that trains as in the book."""
    return spec.optimizer == PLAIN and not spec.regularised and not spec.runs


def _is_shipped(spec: Spec) -> bool:
    """Return whether a network is that of its template, so that the template's texts apply."""
    shipped = template(spec.template).values
    if (
        spec.data
        or spec.test_samples
        or (spec.epochs != shipped["epochs"] and spec.template not in TIMELESS)
    ):
        return False
    layers = layers_of(shipped["layers"], outputs=len(spec.labels))
    return layers == spec.layers and shipped["cost"] == spec.cost


def whose(spec: Spec) -> str:
    """Return whose the formulas are: the book's have sigmoid units and the squared error."""
    activations = {la.activation for la in spec.layers if LAYERS[la.kind].activates}
    is_of_the_book = activations == {"sigmoid"} and spec.cost == "squared error"
    return WHOSE if is_of_the_book else WHOSE_METHOD
