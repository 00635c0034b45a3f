"""Compare the outputs of a workbook with those of ONNX Runtime.

The check compares formulas with NumPy to 12 digits. Here the tolerance is wider: the model and ONNX
Runtime compute in float32, cells in float64.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from xlnn import reference
from xlnn.data.messages import listed, reason, short
from xlnn.errors import DataError, DisagreementError
from xlnn.experiments.network.quantities.network import network
from xlnn.model import Model
from xlnn.onnx.layers import TrainedModel
from xlnn.onnx.onnx_file import needed, session
from xlnn.reference import Arrays
from xlnn.workbooks.kind import Plan
from xlnn.workbooks.spec import Spec

UNITS = {"float32": 2.0**-24, "float64": 2.0**-53}
"""The largest relative rounding error of a number."""

TIMES = 32
"""How many such rounding errors an output may have. Each number is rounded once and each sum once
per term; n errors add up to about the root of n, and 32 allows for a thousand terms. Each counts by
its effect on the output, which `_rounding` measures."""

DRAWS = 8
"""How often it is tried."""

RANDOM = 32
"""Additional random rows to compare, since given rows may be 0 where an error would show."""

INPUT = ("raw", "x")
"""The model's input, before it is scaled."""


@dataclass
class Authority:
    """The outputs that ONNX Runtime computes with a model."""

    model: TrainedModel
    _session: object = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Load the model.

        Raises
        ------
        DataError
            ONNX Runtime is missing, or cannot run the model.
        """
        onnx = needed("onnx")
        model = onnx.ModelProto()
        model.ParseFromString(self.model.graph.serialized)
        # a ZipMap gives no array, and does not support float64: use the numbers before it
        tables = [node for node in model.graph.node if node.op_type == "ZipMap"]
        for node in tables:
            model.graph.node.remove(node)
        for output in [o for o in model.graph.output if o.name != self.model.classes]:
            model.graph.output.remove(output)
        model.graph.output.append(onnx.ValueInfoProto(name=self.model.outputs))
        try:
            self._session = session(model.SerializeToString())
        except DataError:
            raise
        except Exception as error:  # its errors have no common class
            raise self._failed(error) from error

    def agrees(self, plan: Plan[Spec], run: Arrays) -> str:
        """Compare NumPy's run of a workbook with ONNX Runtime, and return the result in words.

        Parameters
        ----------
        plan : Plan
        run : dict of arrays
            The result of `xlnn.reference.run`.

        Returns
        -------
        str
            A sentence.

        Raises
        ------
        DisagreementError
            The outputs of a row differ by more than rounding errors.
        """
        spec, inputs = plan.spec, plan.inputs
        largest, most = _compared(self, plan.model, inputs, run, "row")
        drawn, others = dict(inputs), network(spec.sized(images=RANDOM, spare=0))
        name = next(name for name in INPUT if name in inputs)
        drawn[name] = _random_rows(inputs, name, plan.model[name].shape)
        drawn["number"] = np.arange(1.0, RANDOM + 1)
        run = reference.run(others, drawn)
        further, more = _compared(self, others, drawn, run, "random row")
        given = spec.images - spec.spare
        rows = [f"all {given:,} rows"] if given else []
        rows += [f"{spec.spare:,} spare rows"] if spec.spare else []
        rows += [f"{RANDOM} random ones"]
        return (
            f"ONNX Runtime {needed('onnxruntime').__version__} has the same outputs of "
            f"{listed(rows)}: largest difference {max(largest, further):.0e}, where "
            f"{self.model.graph.precision} rounds by up to {max(most, more):.0e}."
        )

    def check(self, plan: Plan[Spec], arrays: Arrays) -> None:
        """Compare the values of a workbook's own cells with ONNX Runtime.

        Raises
        ------
        DisagreementError
            As for `agrees`.
        """
        inputs = {quantity.name: arrays[quantity.name] for quantity in plan.model.quantities}
        _compared(self, plan.model, inputs, arrays, "row")

    def outputs(self, rows: np.ndarray) -> tuple[np.ndarray, list[str] | None]:
        """Return the outputs of rows, shape (rows, outputs), and their classes as texts, if any.

        Parameters
        ----------
        rows : array, shape (rows, inputs)
        """
        asked = [self.model.outputs] + [self.model.classes] * bool(self.model.classes)
        at_once = self.model.graph.rows or max(1, len(rows))
        padded = np.concatenate([rows, np.zeros((-len(rows) % at_once, rows.shape[1]))])
        batches, classes = [], []
        for first in range(0, len(padded), at_once):
            given = self._given(padded[first : first + at_once])
            try:
                numbers, *labels = self._session.run(asked, given)  # type: ignore[attr-defined]
            except Exception as error:
                raise self._failed(error) from error
            batches.append(np.asarray(numbers, dtype=float).reshape(at_once, -1))
            classes += [str(label) for array in labels for label in np.ravel(array)]
        made = np.concatenate(batches)[: len(rows)]
        return made, classes[: len(rows)] if self.model.classes else None

    def _given(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return rows in the form of the model's inputs."""
        given, first = {}, 0
        for name, shape in self.model.graph.inputs.items():
            size = int(np.prod(shape))
            part = rows[:, first : first + size].reshape(len(rows), *shape)
            given[name] = part.astype(self.model.graph.precision)
            first += size
        return given

    def _failed(self, error: Exception) -> DataError:
        name = self.model.graph.name
        return DataError(f"{name}: ONNX Runtime does not run it: {reason(error)}.")


def _random_rows(inputs: Mapping[str, np.ndarray], name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Draw random rows that are as large as the given ones, or as the model's scaling implies."""
    generator = np.random.default_rng(0)
    given = inputs[name]
    rows = generator.standard_normal((RANDOM, *shape))
    if name == "raw":
        middle, factor = (inputs[part].reshape(shape) for part in ("middle", "factor"))
        return middle + rows / np.where(factor == 0, 1, factor)
    size = np.abs(given).max()
    return rows * (size or 1.0)


def _compared(
    authority: Authority, model: Model, inputs: Mapping[str, np.ndarray], run: Arrays, row: str
) -> tuple[float, float]:
    """Return the largest difference of an output, and the largest allowed."""
    name, output = next(name for name in INPUT if name in inputs), _output(model)
    rows = inputs[name].reshape(len(inputs[name]), -1)
    expected, classes = authority.outputs(rows)
    got = run[output].reshape(expected.shape)
    allowed = _rounding(authority, model, inputs)
    apart = np.abs(got - expected)
    if not (apart <= allowed).all():  # NaN counts as a difference
        at, unit = (int(n) for n in np.argwhere(~(apart <= allowed))[0])
        raise DisagreementError(
            f"The workbook does not agree with ONNX Runtime and was not written: output {unit + 1} "
            f"of {row} {at + 1} is {got[at, unit]:.9g}, but ONNX Runtime gives "
            f"{expected[at, unit]:.9g}. Please report this with the model."
        )
    if classes is not None and "answer" in run:
        _check_classes(authority, got, allowed, classes, row)
    return float(apart.max(initial=0)), float(allowed.max(initial=0))


def _check_classes(
    authority: Authority, got: np.ndarray, allowed: np.ndarray, classes: list[str], row: str
) -> None:
    """Compare classes, except where two outputs are so close that rounding decides."""
    labels = authority.model.labels or tuple(map(str, range(got.shape[1])))
    two = np.sort(got, axis=1)[:, -2:]
    clear = two[:, 1] - two[:, 0] > 2 * allowed.max(axis=1)
    for at in np.flatnonzero(clear):
        label = labels[int(got[at].argmax())]
        if label != classes[at]:
            raise DisagreementError(
                f"The workbook does not agree with ONNX Runtime and was not written: {row} "
                f"{at + 1} is {short(label)}, but ONNX Runtime gives {short(classes[at])}."
            )


def _rounding(authority: Authority, model: Model, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the possible rounding error: the change of outputs if all inputs change a little."""
    output = _output(model)
    still = reference.run(model, inputs)[output]
    unit, generator = UNITS[authority.model.graph.precision], np.random.default_rng(0)
    moves = [q.name for q in model.inputs if not q.is_text and q.name != "labels"]
    size = np.zeros(still.shape)
    for _ in range(DRAWS):
        moved = {
            name: inputs[name] * (1 + unit * TIMES * generator.uniform(-1, 1, inputs[name].shape))
            for name in moves
        }
        result = reference.run(model, {**inputs, **moved})[output]
        size = np.maximum(size, np.abs(result - still))
    # the last layer itself rounds: a softmax of 1 stays 1
    least = TIMES * unit * np.maximum(1.0, np.abs(still).max(initial=0))
    return np.asarray(size + least)


def _output(model: Model) -> str:
    """Return the name of the last layer's activations."""
    return [q.name for q in model.quantities if q.kind == "a"][-1]
