"""Read start weights from a file, or draw them from a seed."""

import json
from collections.abc import Mapping
from math import prod
from pathlib import Path

import numpy as np

from xlnn.data.dataset import ReadOptions
from xlnn.data.files import text
from xlnn.data.messages import listed, reason
from xlnn.data.npz import arrays
from xlnn.data.numbers import LARGEST, rounded
from xlnn.equations.layer import PARAMETERS, parameter_of
from xlnn.errors import DataError

SMALLEST_LIMIT = 4 * 1024 * 1024
"""Bytes of a start in JSON that are read for any network, to recognise one of another size."""

BYTES = 64
"""Bytes of a weight in JSON: 15 digits, and blanks if a program writes one per line."""


SCALING = ("middle", "factor", "t_middle", "t_factor")
"""The scaling of inputs, and of outputs back to targets. Exported weights include it; for a start
it follows from the data."""


class MisfitError(DataError):
    """Start weights belong to a different network."""


def tensor_name(name: str) -> str:
    """Return PyTorch's name for a parameter of a layer.

    >>> tensor_name("W2"), tensor_name("b2")
    ('layer2.weight', 'layer2.bias')
    """
    parameter, layer = parameter_of(name)
    return f"layer{layer}.{PARAMETERS[parameter].tensor}"


def as_rows(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape in which weights are exchanged: a row for each unit or filter."""
    return shape if len(shape) < 2 else (shape[0], prod(shape[1:]))


def start_of(
    given: Path | str | Mapping[str, object] | tuple[np.ndarray, ...],
    shapes: Mapping[str, tuple[int, ...]],
    tensors: Mapping[str, str] | None = None,
) -> dict[str, np.ndarray]:
    """Return the weights and biases that training starts from.

    Parameters
    ----------
    given : path, dict or tuple of arrays
        A ``.json`` object or an ``.npz`` archive with an entry for each name; arrays or lists by
        name; or arrays in the order of the names. The names may be those that PyTorch has, as in an
        ``.npz`` that `xlnn.export` wrote, and the weights of a unit or filter may have any shape.
    shapes : dict
        The names that are expected (``W2``, ``b2`` ...), from bottom to top, and their shapes.
    tensors : dict of str
        PyTorch's names for them.

    Raises
    ------
    MisfitError
        An entry is missing, has the wrong shape or belongs to no layer.
    DataError
        The file cannot be read, or an entry contains anything but finite numbers.
    """
    where = "start"
    if isinstance(given, tuple):
        if len(given) != len(shapes):
            raise MisfitError(
                f"start: the model has {len(given)} arrays of weights and biases, and the network "
                f"{len(shapes)}: {listed(shapes)}."
            )
        given = dict(zip(shapes, given, strict=True))
    elif not isinstance(given, Mapping):
        where, given = Path(given).name, _entries(Path(given), shapes, tensors or {})
    entries = _named(given, tensors or {})
    _check_names(where, entries, shapes)
    start = {}
    for name, shape in shapes.items():
        if name not in entries:
            raise MisfitError(f"{where}: {name} is missing; expected {listed(shapes)}.")
        array = _numbers(f"{where}: {name}", entries[name])
        if array.shape[:1] == shape[:1] and array.size == prod(shape):
            array = array.reshape(shape)
        if array.shape != shape:
            raise MisfitError(
                f"{where}: {name} has the shape {array.shape}; the network has {as_rows(shape)}."
            )
        if not (np.abs(array) <= LARGEST).all():
            raise DataError(f"{where}: {name} holds a value that is not finite.")
        start[name] = rounded(array)
    return start


def _entries(
    path: Path, shapes: Mapping[str, tuple[int, ...]], tensors: Mapping[str, str]
) -> Mapping[str, object]:
    """Read the entries of a file."""
    if path.suffix.lower() == ".npz":
        known = {*shapes, *tensors.values()}
        return arrays(path, known.__contains__, ReadOptions(large=True))
    weights = sum(prod(shape) for shape in shapes.values())
    try:
        entries = json.loads(text(path, "JSON", largest=max(SMALLEST_LIMIT, BYTES * weights)))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path.name} is not JSON: {reason(error)}.") from error
    if not isinstance(entries, dict):
        raise DataError(f"{path.name} is not an object with an entry for each weight array.")
    return entries


def _named(entries: Mapping[str, object], tensors: Mapping[str, str]) -> Mapping[str, object]:
    """Return entries by our names, where they have those of PyTorch."""
    ours = {tensor: name for name, tensor in tensors.items()}
    if ours.keys().isdisjoint(entries):
        return entries
    return {ours.get(name, name): entries[name] for name in entries if name not in SCALING}


def _check_names(
    where: str, entries: Mapping[str, object], shapes: Mapping[str, tuple[int, ...]]
) -> None:
    """Refuse arrays of every epoch, and names that are not those of the layers."""
    for name, shape in shapes.items():
        if _is_of_epochs(entries.get(name), as_rows(shape)):
            raise MisfitError(
                f"{where}: {name} has a row for each epoch; a start is one of them, as  xlnn "
                "export FILE.xlsx -o start.npz --epoch 0  writes it."
            )
    if unknown := sorted(set(map(str, entries)) - set(shapes)):
        belong = "belongs" if len(unknown) == 1 else "belong"
        raise MisfitError(
            f"{where}: {listed(unknown)} {belong} to no layer; expected {listed(shapes)}."
        )


def _is_of_epochs(entry: object, shape: tuple[int, ...]) -> bool:
    """Return whether an array is what `xlnn.values` has: that of every epoch."""
    return (
        isinstance(entry, np.ndarray)
        and entry.ndim > len(shape)
        and entry.size > prod(shape)
        and prod(entry.shape[-len(shape) :]) == prod(shape)
    )


def _numbers(where: str, entry: object) -> np.ndarray:
    """Return an array of numbers; NumPy alone would also read "1_0", "٣" and true."""
    array = np.array(entry, dtype=object)
    try:
        if all(
            issubclass(kind, int | float) and kind is not bool for kind in {*map(type, array.flat)}
        ):
            return array.astype(float)
    except OverflowError:
        pass
    raise DataError(f"{where} is not an array of numbers.")


def start_from_seed(
    seed: int, shapes: Mapping[str, tuple[int, ...]], spread: str = "normal"
) -> dict[str, np.ndarray]:
    """Generate the random weights and biases that training starts from.

    Parameters
    ----------
    seed : int
    shapes : dict
        The names and their shapes: of weights (units, units below) or (filters, rows, columns),
        of biases (units,).
    spread : str
        ``normal`` draws all from the standard normal distribution, as the book does. ``fan-in``
        divides each weight by the square root of how many inputs its unit adds up, so that wide
        layers do not saturate, and sets the biases to 0. Gains are 1 and shifts 0, always.

    Book: 4-4.
    """
    random = np.random.default_rng(seed)
    return {name: rounded(_drawn(random, name, shape, spread)) for name, shape in shapes.items()}


def _drawn(
    random: np.random.Generator, name: str, shape: tuple[int, ...], spread: str
) -> np.ndarray:
    parameter = PARAMETERS[parameter_of(name)[0]]
    if parameter.start is not None:
        return np.full(shape, parameter.start)
    if spread == "fan-in" and not parameter.is_weight:
        return np.zeros(shape)
    drawn = random.standard_normal(shape)
    return drawn if spread == "normal" else drawn / np.sqrt(prod(shape[1:]))
