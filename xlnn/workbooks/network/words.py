"""Choose the words of a network's workbook.

Some are said otherwise for some workbooks: ``table`` where the data is no pictures, ``regression``
where numbers are predicted, ``maps`` where filters make maps of pictures, the template's name where
the template has words of its own and its network was not changed, ``scaled`` and ``scaled_targets``
where inputs and numbers to predict are scaled, ``cross_entropy`` where the cost is one, and an
optimiser's name where a step is not the plain one. Where nothing trains, those of ``predict`` stand
over all of them.
"""

from collections.abc import Iterator

from xlnn.equations.cost import COSTS
from xlnn.equations.optimiser import PLAIN
from xlnn.registry.templates import template
from xlnn.registry.text import Text, text
from xlnn.workbooks.network.layer_spec import layers_of
from xlnn.workbooks.network.spec import Spec

TEMPLATES = ("digits", "xor", "cnn")
"""Templates with words of their own."""

TIMELESS = ("xor",)
"""Those of which these words are true whatever the number of epochs."""


def words_of(spec: Spec) -> Text:
    """Return the words of a workbook."""
    found = text(spec.lang).of(variants(spec))
    return found if spec.epochs else found.with_own("predict")


def variants(spec: Spec) -> Iterator[str]:
    """Yield what a workbook says otherwise, each over the ones before it."""
    if spec.features:
        yield "table"
    if spec.is_regression:
        yield "regression"
    if any(kind.slides for kind in spec.kinds.values()):
        yield "maps"
    if spec.template in TEMPLATES and _is_plain(spec) and _is_shipped(spec):
        yield spec.template
    if spec.scaled:
        yield "scaled"
    if spec.scaled_targets:
        yield "scaled_targets"
    if spec.epochs and COSTS[spec.cost].loss:
        yield "cross_entropy"
    if spec.optimizer != PLAIN and len(set(spec.runs)) <= 1:
        yield spec.optimizer


def _is_plain(spec: Spec) -> bool:
    """Tell whether a network trains as the book's does, and alone."""
    return spec.optimizer == PLAIN and not spec.regularised and not spec.runs


def _is_shipped(spec: Spec) -> bool:
    """Tell whether a network is the one of its template: its own words are of no other."""
    shipped = template(spec.template).values
    if spec.test_images or (spec.epochs != shipped["epochs"] and spec.template not in TIMELESS):
        return False
    *below, last = shipped["layers"]
    layers = layers_of({"layers": [*below, {"units": len(spec.labels), **last}]})
    return layers == spec.layers and shipped["cost"] == spec.cost
