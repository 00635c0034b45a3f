"""Write the hidden names in which Excel's Solver keeps its settings.

Excel writes them when a workbook with a Solver model is saved, and reads them when Data > Solver is
opened; OnlyOffice reads and writes the same ones, and LibreOffice (25.2) all that it knows.
"""

from collections.abc import Iterable

from xlnn.address import fixed
from xlnn.layout import Layout, quoted

UNLIMITED = "2147483647"
YES, NO = "1", "2"

MOST_VARIABLES = 200
"""Variable cells that Excel's own Solver takes."""

SETTINGS = {
    "solver_typ": "2",  # 1 largest, 2 smallest, 3 a value
    "solver_val": "0",  # the value, where it is one
    "solver_eng": "1",  # 1 GRG Nonlinear, 2 Simplex LP, 3 Evolutionary
    "solver_neg": NO,  # whether variable cells may not be negative
    "solver_num": "0",  # how many constraints
    "solver_ver": "3",  # of the model: Excel 2010 and later
    # the options of the dialog, as Excel has them at first
    "solver_pre": "0.000001",  # constraint precision
    "solver_scl": YES,  # automatic scaling
    "solver_sho": NO,  # show the result of each iteration
    "solver_rlx": NO,  # ignore integer constraints
    "solver_tol": "0.01",  # integer optimality
    "solver_tim": UNLIMITED,  # seconds
    "solver_itr": UNLIMITED,  # iterations
    "solver_nod": UNLIMITED,  # subproblems
    "solver_mip": UNLIMITED,  # feasible solutions
    "solver_cvg": "0.0001",  # convergence
    "solver_drv": "1",  # derivatives: 1 forward, 2 central
    "solver_msl": NO,  # several starts
    "solver_ssz": "100",  # population size
    "solver_rsd": "0",  # random seed
    "solver_rbv": YES,  # bounds on variables, where there are several starts
    "solver_mrt": "0.075",  # mutation rate
    "solver_mni": "30",  # seconds without improvement
    # of Excel 2007: estimates by tangents, search by Newton
    "solver_est": "1",
    "solver_nwt": "1",
    # LibreOffice has no GRG: its engine for what is not linear
    "solver_lo_eng": '"com.sun.star.comp.Calc.NLPSolver.DEPSSolverImpl"',
}
"""Everything but which cells: minimise, GRG Nonlinear, negative values allowed, no constraint."""


def solver_names(layout: Layout, objective: str, variables: Iterable[str]) -> dict[str, str]:
    """Return the hidden names that hold a Solver model, and what they stand for.

    Parameters
    ----------
    layout : Layout
    objective : str
        The quantity to be made smallest.
    variables : iterable of str
        The quantities to be changed.
    """
    ranges = [each for name in variables for each in areas(layout, name)]
    cells = {"solver_opt": areas(layout, objective)[0], "solver_adj": ",".join(ranges)}
    return dict(sorted({**SETTINGS, **cells}.items()))


def areas(layout: Layout, name: str) -> list[str]:
    """Return the ranges that hold a quantity, with their sheet."""
    block = layout.blocks[name]
    title = quoted(layout.titles[block.sheet])
    found = []
    for corners in block.rectangles():
        cells = [fixed(*corner) for corner in dict.fromkeys(corners)]
        found.append(f"{title}!{':'.join(cells)}")
    return found
