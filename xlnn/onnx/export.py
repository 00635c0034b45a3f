"""Export the trained network of a workbook, verified against its sheets."""

import io
import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np

from xlnn.arguments import is_whole, path_of, wrong
from xlnn.atomic_write import check_replaceable, has_mark, replacing
from xlnn.engines import DEFAULT_ENGINE
from xlnn.errors import DisagreementError, OutputNameError
from xlnn.experiments.network.predicting import forward
from xlnn.loading.values import write_arrays
from xlnn.onnx.export_trained import (
    PRODUCER,
    Trained,
    properties,
    tensors_of,
    trained,
)
from xlnn.onnx.onnx_file import needed, session
from xlnn.workbooks.start_weights import tensor_name

TOLERANCES = {np.float32: 1e-6, np.float64: 1e-12}
"""How far an output may be from the sheet's, relative to the largest of its column and to 1: the
first has 7 digits, the second 16, and sums are computed in another order."""

MARK = PRODUCER.encode()
"""A mark in the first bytes of our files, so that no other file is overwritten."""

HEAD = 4096


@dataclass(frozen=True)
class Exported:
    """What was exported, and how it was verified.

    Attributes
    ----------
    path : Path
    epoch : int or None
        The epoch of the weights; 0 is the start. None for a workbook that predicts.
    run : int
        The run, from 1.
    precision : str
        ``float32`` or ``float64``.
    images : int
        How many samples were compared: all of the workbook, including those held out.
    proven_by : str
        What computed the outputs from the file: ``ONNX Runtime`` or ``NumPy``.
    max_difference : float
        The largest difference from the sheet's outputs, relative to the largest and to 1.
    """

    path: Path
    epoch: int | None
    run: int
    precision: str
    images: int
    proven_by: str
    max_difference: float


def export(  # noqa: PLR0913 -- the options of the command
    path: Path | str,
    output: Path | str,
    *,
    epoch: int | None = None,
    run: int | None = None,
    float64: bool = False,
    engine: str = DEFAULT_ENGINE,
    force: bool = False,
) -> Exported:
    """Export the trained network of a workbook as a model or as weights.

    The workbook is recalculated. Then the exported file is read as other programs read it, and must
    give the sheet's outputs for all samples of the workbook. Otherwise nothing is written.

    Parameters
    ----------
    path : Path
        A workbook that trains a network, or predicts with one.
    output : Path
        ``.onnx``: the whole model, with the scaling of inputs and targets, and its labels as
        metadata. ``.npz`` or ``.safetensors``: the weights with the names and shapes of PyTorch's
        Linear and Conv2d, ``layer2.weight`` (out, in), and the scaling of inputs and targets:
        ``middle``, ``factor``, ``t_middle``, ``t_factor``.
    epoch : int
        The epoch whose weights to export; 0 is the start, the last is the default.
    run : int
        The run, from 1, if the workbook compares several.
    float64 : bool
        Whether to use float64 instead of float32.
    engine : str
        One of `xlnn.engines.ENGINES`; it recalculates the workbook.
    force : bool
        Whether to overwrite a file that xlnn did not write.

    Raises
    ------
    WorkbookError
        The file contains no network, or is unsafe to open.
    DisagreementError
        The exported file would not give the sheet's outputs.
    OutputError
        It cannot be written.
    DataError
        A package is not installed: ``pip install "xlnn[onnx]"``.

    Examples
    --------
    >>> import xlnn
    >>> xlnn.export("output/digits.xlsx", "digits.onnx").proven_by  # doctest: +SKIP
    'ONNX Runtime'
    """
    path, output = path_of(path), path_of(output, "output")
    for name, number in {"epoch": epoch, "run": run}.items():
        if number is not None and not is_whole(number):
            raise wrong(name, number, "a whole number")
    kind = output.suffix.lower()
    if kind not in PROVEN_BY:
        raise OutputNameError(
            f"{output}: the name of the output must end in .onnx, .npz or .safetensors."
        )
    check_replaceable(output, _is_ours, force=force)
    for package, why in PACKAGES.get(kind, {}).items():
        needed(package, why)
    network = trained(path, epoch, run, engine)
    precision = np.float64 if float64 else np.float32
    made = _written(kind, network, precision)
    outputs = _outputs(kind, made, network, precision)
    difference = _check_outputs(network, outputs, TOLERANCES[precision], float64=float64)
    with replacing(output) as file:
        file.write(made)
    return Exported(
        output, network.epoch, network.run, precision.__name__, len(network.samples),
        PROVEN_BY[kind], difference,
    )  # fmt: skip


def _check_outputs(
    network: Trained, outputs: np.ndarray, tolerance: float, *, float64: bool
) -> float:
    """Return the largest difference of outputs from the sheet's, or refuse them."""
    size = np.maximum(network.unit, np.abs(network.outputs).max(axis=0))
    with np.errstate(invalid="ignore"):
        off = np.abs(outputs - network.outputs) / size
    wrong = ~(off <= tolerance)
    if wrong.any():
        row, unit = map(int, np.argwhere(wrong)[0])
        worst = float(np.nanmax(np.where(np.isfinite(off), off, np.nan), initial=0.0))
        stated = f"{network.outputs[row, unit]:.9g} (row {row + 1}, output {unit + 1})"
        where = f"{network.cells[row]} and beside: " if network.cells else ""
        close = not float64 and worst < 1e-3
        remedy = "take --float64" if close else f"see  xlnn check {network.name}"
        raise DisagreementError(
            f"The model gives {outputs[row, unit]:.9g} where the sheet gives {stated}; {where}"
            f"nothing was written: {remedy}."
        )
    return float(off.max())


def _written(kind: str, network: Trained, precision: type[np.floating]) -> bytes:
    """Return a network as the bytes of a file."""
    if kind == ".onnx":
        model: bytes = import_module("xlnn.onnx.export_graph").onnx_of(network, precision)
        return model
    tensors = tensors_of(network, precision)
    if kind == ".safetensors":
        # one entry, since the order of several would vary
        metadata = {PRODUCER: json.dumps(properties(network), ensure_ascii=False)}
        saved: bytes = import_module(SAFETENSORS).save(tensors, metadata)
        return saved
    file = io.BytesIO()
    write_arrays(file, tensors)
    return file.getvalue()


def _outputs(kind: str, made: bytes, network: Trained, precision: type[np.floating]) -> np.ndarray:
    """Return the outputs that a file gives for the network's samples."""
    if kind != ".onnx":
        is_npz = kind == ".npz"
        tensors = np.load(io.BytesIO(made)) if is_npz else import_module(SAFETENSORS).load(made)
        ours = {tensor_name(name): name for name in network.weights}
        read = {ours.get(name, name): np.asarray(tensors[name], dtype=float) for name in tensors}
        return forward(network.spec, read, network.samples)
    runs = session(made)
    (given,) = runs.get_inputs()
    rows = network.samples.reshape(len(network.samples), *given.shape[1:]).astype(precision)
    return np.asarray(runs.run(None, {given.name: rows})[0], dtype=float)


PROVEN_BY = {".onnx": "ONNX Runtime", ".npz": "NumPy", ".safetensors": "NumPy"}
"""What computes the outputs of a file, by its extension."""

SAFETENSORS = "safetensors.numpy"
_FOR_ONNX = 'An ONNX model needs onnx and onnxruntime: pip install "xlnn[onnx]".'
_FOR_SAFETENSORS = "A .safetensors file needs safetensors: pip install safetensors, or write .npz."
PACKAGES = {
    ".onnx": {"onnx": _FOR_ONNX, "onnxruntime": _FOR_ONNX},
    ".safetensors": {SAFETENSORS: _FOR_SAFETENSORS},
}
"""The packages that a file needs, by its extension, and what to say if one is missing."""


def _is_ours(output: Path) -> bool:
    """Return whether xlnn wrote an exported file."""
    if output.suffix.lower() == ".npz":
        return has_mark(output)
    with output.open("rb") as file:
        return MARK in file.read(HEAD)
