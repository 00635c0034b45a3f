"""What must hold among the predictions and errors of a regression? Said in another way.

Each gap is a distance relative to the size of what it compares, over the images of one epoch, and 0
but for rounding as long as the formulas are whole. Targets that are not scaled have the factor 1.
Shapes: a, predicted and off (images, outputs), rmse, mae, middle and factor (outputs,).
"""

import numpy as np

from xlnn.equations.dense import written_sum
from xlnn.equations.restated import over, share
from xlnn.quantity import Cells, Equation


class RootMeanSquareGap(Equation):
    """Sum of C = n/2 sum_k (factor_k RMSE_k)^2: the cost is a squared error, too."""

    coarse = True
    optional = ("factor",)

    def array(
        self, C: np.ndarray, rmse: np.ndarray, factor: np.ndarray | float = 1.0
    ) -> np.ndarray:
        """Return the gap, a number."""
        cost, told = C.sum(), len(C) / 2 * ((factor * rmse) ** 2).sum()
        return share(np.abs(cost - told), cost + told)

    def cell(self, C: Cells, rmse: Cells, factor: Cells | None = None) -> str:
        """Return the formula of one epoch."""
        rows = C.images[()]
        scaled = [_times(rmse[k], factor, k) for k in range(rmse.shape[0])]
        told = f"COUNT({rows})/2*({written_sum([f'{each}*{each}' for each in scaled])})"
        return "=" + over(f"ABS(SUMPRODUCT({rows})-{told})", f"(SUMPRODUCT({rows})+{told})")


class MeanAbsoluteGap(Equation):
    """n sum_k factor_k MAE_k = sum of factor_k |error|."""

    coarse = True
    optional = ("factor",)

    def array(
        self, off: np.ndarray, mae: np.ndarray, factor: np.ndarray | float = 1.0
    ) -> np.ndarray:
        """Return the gap, a number."""
        size = np.abs(factor)
        told, sums = len(off) * (size * mae).sum(), (size * off.sum(axis=0)).sum()
        return share(np.abs(told - sums), told + sums)

    def cell(self, off: Cells, mae: Cells, factor: Cells | None = None) -> str:
        """Return the formula of one epoch."""
        outputs = range(mae.shape[0])
        told = written_sum([_times(mae[k], factor, k, size=True) for k in outputs])
        told = f"COUNT({off.images[0]})*({told})"
        sums = [_times(f"SUMPRODUCT({off.images[k]})", factor, k, size=True) for k in outputs]
        sums = written_sum(sums)
        return "=" + over(f"ABS({told}-({sums}))", f"({told}+{sums})")


class PredictedGap(Equation):
    """sum_k factor_k (sum of the predictions - n middle_k) = sum of the outputs."""

    coarse = True

    def array(
        self, predicted: np.ndarray, a: np.ndarray, middle: np.ndarray, factor: np.ndarray
    ) -> np.ndarray:
        """Return the gap, a number."""
        images = len(a)
        told = (factor * (predicted.sum(axis=0) - images * middle)).sum()
        size = np.sqrt(images * (a**2).sum()) + images * np.abs(factor * middle).sum()
        return share(np.abs(told - a.sum()), size)

    def cell(self, predicted: Cells, a: Cells, middle: Cells, factor: Cells) -> str:
        """Return the formula of one epoch."""
        outputs, images = range(a.shape[0]), f"COUNT({a.images[0]})"
        told = [
            f"{factor[k]}*(SUMPRODUCT({predicted.images[k]})-{images}*{middle[k]})" for k in outputs
        ]
        sizes = written_sum([f"ABS({factor[k]}*{middle[k]})" for k in outputs])
        size = f"(SQRT({images}*SUMSQ({a.images[...]}))+{images}*({sizes}))"
        distance = f"ABS({written_sum(told)}-SUMPRODUCT({a.images[...]}))"
        return "=" + over(distance, size)


def _times(cell: str, factor: Cells | None, k: int, *, size: bool = False) -> str:
    """Return the formula of a number times the factor of an output, or the factor's size."""
    if not factor:
        return cell
    return f"ABS({factor[k]})*{cell}" if size else f"{factor[k]}*{cell}"
