"""Name layers in headings."""

from xlnn.workbooks.pages.sheet import Context


def layer_name(page: Context, layer: str, of: str = "play") -> str:
    """Return which layer it is: hidden, output, or another kind."""
    found = next(spec for spec in page.spec.layers if spec.name == layer)
    rows, columns = found.size or (0, 0)
    key = found.kind
    if key == "dense":
        of, key = "layers", "output" if found is page.spec.layers[-1] else key
    return page.words(of, key, layer=layer, units=found.units, rows=rows, columns=columns)


def layer_title(page: Context, layer: str) -> str:
    """Return what a layer is, with the size of filters and blocks."""
    return layer_name(page, layer, "layers")
