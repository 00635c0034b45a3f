"""Measure what a build without a template learns from public tables, beside scikit-learn's MLP.

    pip install --no-deps statsmodels vega_datasets
    python tests/benchmarks/tables.py

Both learn from the same rows, the ones that the workbook trains, and are judged by the same others:
a quarter of each table, which neither sees. Both see the same standardised numbers, and those to
predict are standardised for both as well. A line is the mean of five splits.
"""

import importlib.util
import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.neural_network import MLPClassifier, MLPRegressor

from xlnn.building.choose_network import choose_network
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load_inputs
from xlnn.experiments.network.kind import KIND
from xlnn.experiments.network.predicting import answers, outputs
from xlnn.options import Options
from xlnn.reference import run

SPLITS = 5
NEAR, NEARLY = 0.02, 1.05
"""How much accuracy may be lacking, and how many times as large an error may be."""


def folder(package: str) -> Path:
    """Return the folder of an installed package, without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"pip install --no-deps {package}")
    return Path(found.origin).parent


def tables() -> Iterator[tuple[str, pd.DataFrame, dict[str, str]]]:
    """Yield each table with its name, and the option that says what is to be predicted."""
    for name in ("iris", "wine", "breast_cancer"):
        loaded = getattr(datasets, f"load_{name}")(as_frame=True)
        kinds = [str(loaded.target_names[number]) for number in loaded.target]
        yield name, loaded.data.assign(kind=kinds), {"label": "kind"}
    digits = datasets.load_digits(as_frame=True)
    table = digits.data.set_axis([f"ink {n}" for n in range(1, 65)], axis=1)
    yield "digits", table.assign(digit=digits.target.map(str)), {"label": "digit"}
    diabetes = datasets.load_diabetes(as_frame=True, scaled=False).frame
    yield "diabetes", diabetes, {"targets": "target"}
    own = folder("statsmodels") / "datasets"
    fair = pd.read_csv(own / "fair" / "fair.csv")
    had = fair["affairs"].gt(0).map({True: "yes", False: "no"})
    yield "fair", fair.drop(columns="affairs").assign(affair=had), {"label": "affair"}
    anes = pd.read_csv(own / "anes96" / "anes96.csv", sep="\t", quotechar="'")
    yield "anes96", anes.assign(vote=anes["vote"].map(str)), {"label": "vote"}
    yield "star98", pd.read_csv(own / "star98" / "star98.csv"), {"targets": "PR50M"}
    yield "randhie", pd.read_csv(own / "randhie" / "randhie.csv"), {"targets": "mdvis"}
    yield "ccard", pd.read_csv(own / "ccard" / "ccard.csv"), {"targets": "AVGEXP"}
    vega = folder("vega_datasets") / "_data"
    cars = pd.DataFrame(json.loads((vega / "cars.json").read_text())).dropna()
    yield "cars", cars, {"targets": "Miles_per_Gallon"}
    yield "cars, origin", cars, {"label": "Origin"}
    weather = pd.read_csv(vega / "seattle-weather.csv")
    yield "seattle-weather", weather, {"label": "weather"}
    barley = pd.DataFrame(json.loads((vega / "barley.json").read_text()))
    yield "barley", barley.assign(year=barley["year"].map(str)), {"targets": "yield"}


def measured(table: pd.DataFrame, of: dict[str, str], split: int) -> tuple[float, float, str]:
    """Return what the workbook's network is worth, and scikit-learn's, and the first in words."""
    order = np.random.default_rng(split).permutation(len(table))
    seen, new = table.iloc[order[len(order) // 4 :]], table.iloc[order[: len(order) // 4]]
    origin, _, rest = choose_network(Options(data=seen, seed=split, **of))
    made = KIND.recipe(origin, rest)
    spec, arrays = made.spec, run(made.model, made.inputs)
    (column,) = of.values()
    truth, new = new[column].to_numpy(), new.drop(columns=column)
    ours = answers(spec, outputs(spec, arrays, new, 1))
    x = load_inputs(new, ReadOptions(table=True, features=spec.features), spec.inputs).x
    x = (x - arrays["middle"]) * arrays["factor"]
    size = f"{spec.inputs}-{spec.layers[0].units}-{len(spec.labels)}"
    told = f"{size} units, {spec.images:,} rows, {spec.epochs} epochs"
    if not spec.is_regression:
        seen_x = arrays["x"].reshape(spec.images, -1)
        labels = np.array(spec.labels)[arrays["t"].argmax(axis=1)]
        other = MLPClassifier(random_state=split).fit(seen_x, labels).predict(x)
        right = [np.mean(each.astype(str) == truth.astype(str)) for each in (ours, other)]
        return right[0], right[1], told
    other = MLPRegressor(random_state=split).fit(arrays["x"], arrays["t"][:, 0]).predict(x)
    other = other / arrays["t_factor"] + arrays["t_middle"]
    errors = [np.sqrt(np.mean((each.astype(float) - truth) ** 2)) for each in (ours, other)]
    return errors[0], errors[1], told


def main() -> None:
    """Print a line for each table."""
    warnings.simplefilter("ignore")  # scikit-learn's, that it has not converged
    good = count = 0
    print("| table | network | measure | xlnn | scikit-learn | near |")
    print("| --- | --- | --- | --: | --: | --- |")
    for name, table, of in tables():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        found = [measured(table, of, split) for split in range(1, SPLITS + 1)]
        ours, other = (float(np.mean([each[n] for each in found])) for n in (0, 1))
        is_classes = "label" in of
        is_near = ours >= other - NEAR if is_classes else ours <= other * NEARLY
        what = "accuracy" if is_classes else "RMSE"
        print(
            f"| {name} | {found[0][2]} | {what} | {ours:.4g} | {other:.4g} | "
            f"{'yes' if is_near else 'no'} |",
            flush=True,
        )
        good, count = good + is_near, count + 1
    print(f"\n{good} of {count} are near.")


if __name__ == "__main__":
    main()
