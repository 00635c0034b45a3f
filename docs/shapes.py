"""Make the points of the templates circles, moons and spirals: python docs/shapes.py.

Each is two classes of points in the plane that no line tells apart, each point moved at random by a
normal distribution. The seed is fixed, so that the points are always the same.
"""

import csv
import sys
from pathlib import Path

import numpy as np

SEED = 7
POINTS = 30
"""Of each class."""


def circles(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points around a circle of radius 1, and inside it of radius 0.4; noise 0.12."""
    angle = 2 * np.pi * random.uniform(size=(2, POINTS))
    return tuple(
        _noisy(radius * np.cos(at), radius * np.sin(at), 0.12, random)
        for radius, at in zip((1.0, 0.4), angle, strict=True)
    )


def moons(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points along two half circles, each of which reaches into the other; noise 0.12."""
    angle = np.pi * random.uniform(size=(2, POINTS))
    return (
        _noisy(np.cos(angle[0]) - 0.5, np.sin(angle[0]) - 0.25, 0.12, random),
        _noisy(0.5 - np.cos(angle[1]), 0.25 - np.sin(angle[1]), 0.12, random),
    )


def spirals(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points along two arms that wind once around the middle; noise 0.03."""
    way = np.linspace(0.15, 1.0, POINTS)
    angle = 2 * np.pi * TURNS * way
    arm = way * np.cos(angle), way * np.sin(angle)
    return (
        _noisy(arm[0], arm[1], 0.03, random),
        _noisy(-arm[0], -arm[1], 0.03, random),
    )


TURNS = 1.0
"""Of an arm of the spirals."""


def _noisy(x: np.ndarray, y: np.ndarray, noise: float, random: np.random.Generator) -> np.ndarray:
    return np.stack([x, y], axis=1) + random.normal(scale=noise, size=(len(x), 2))


SHAPES = {"circles": circles, "moons": moons, "spirals": spirals}


def write(folder: Path) -> None:
    """Write a CSV for each shape into the folder of its template."""
    for name, shape in SHAPES.items():
        points = shape(np.random.default_rng(SEED))
        with (folder / name / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["x1", "x2", "class"])
            for label, group in zip("AB", points, strict=True):
                rows.writerows([f"{x:.3f}", f"{y:.3f}", label] for x, y in group)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "templates")
