"""Name layers in headings."""

from xlnn.experiments.network.layers import LayerSpec
from xlnn.workbooks.pages.sheet import Context

TITLES = {
    "dense": "hidden layer {layer}",
    "convolution": "layer {layer}: {units} filters of {rows} × {columns}",
    "max pooling": "layer {layer}: the largest of each {rows} × {columns}",
    "average pooling": "layer {layer}: the mean of each {rows} × {columns}",
    "layernorm": "layer {layer}: layer normalisation",
}
"""The titles of layers, by kind."""

OUTPUT = "output layer {layer}"

SHORT = {
    "convolution": "filters {layer}",
    "max pooling": "pooling {layer}",
    "average pooling": "pooling {layer}",
    "layernorm": "norm {layer}",
}
"""The names of layers of other kinds than dense, where there is little room."""


def layer_name(page: Context, layer: str) -> str:
    """Return which layer it is: hidden, output, or another kind."""
    stated = _layer(page, layer)
    if stated.kind not in SHORT:
        return layer_title(page, layer)
    return page.words.of_itself("headings", SHORT[stated.kind]).format(layer=layer)


def layer_title(page: Context, layer: str) -> str:
    """Return what a layer is, with the size of filters and blocks."""
    stated = _layer(page, layer)
    is_output = stated.kind == "dense" and stated is page.spec.layers[-1]
    rows, columns = stated.size or (0, 0)
    text = page.words.of_itself("headings", OUTPUT if is_output else TITLES[stated.kind])
    return text.format(layer=layer, units=stated.units, rows=rows, columns=columns)


def _layer(page: Context, layer: str) -> LayerSpec:
    return next(spec for spec in page.spec.layers if spec.name == layer)
