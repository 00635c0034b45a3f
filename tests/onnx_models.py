"""Models as programs write them: small graphs by onnx.helper, and pipelines by skl2onnx."""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from xlnn import reference
from xlnn.experiments.network.kind import KIND
from xlnn.onnx.imported import predicting_with

MODELS = Path(__file__).parent / "models"
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]


def graph(path, nodes, shape, constants=None, outputs=("y",), *, precision=np.float32, rows="n"):
    """Write a model of some nodes, each (operator, inputs, outputs, attributes); the input is x."""
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(precision))
    made = [
        helper.make_node(op, inputs, gives, domain=attributes.pop("domain", ""), **attributes)
        for op, inputs, gives, attributes in ((*n, {})[:4] for n in nodes)
    ]
    tensors = [
        numpy_helper.from_array(array.astype(precision) if array.dtype.kind == "f" else array, name)
        for name, array in (constants or {}).items()
    ]
    given = helper.make_tensor_value_info("x", kind, [rows, *shape])
    told = [helper.make_tensor_value_info(name, kind, [rows, None]) for name in outputs]
    model = helper.make_model(
        helper.make_graph(made, "g", [given], told, tensors), opset_imports=OPSETS, ir_version=8
    )
    onnx.save(model, path)
    return path


def numbers(*shape, seed=0):
    """Return small random numbers."""
    return np.random.default_rng(seed).standard_normal(shape)


def agreed(path, rows=None):
    """Return what is said of a model and of rows, when NumPy agrees with ONNX Runtime."""
    source, authority = predicting_with(path)
    plan = KIND.plan(source, {} if rows is None else {"data": rows})
    run = reference.run(plan.model, plan.inputs)
    return authority.agrees(plan, run), plan, run
