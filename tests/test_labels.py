"""The names of points in a chart are moved apart, so that they do not overlap."""

import numpy as np
import pytest

from xlnn import reference
from xlnn.axis import Axis
from xlnn.building.plan import planned, source_of_template
from xlnn.equations import labels
from xlnn.model import Model
from xlnn.options import Options
from xlnn.quantity import Quantity

READ = 0.55
"""Of the height of a box: a line of text takes so much of it."""


def moved(points, axis="word"):
    """Return where the names of some points are, in the numbers of the points."""
    n = len(points)
    along = Axis(axis, n)
    model = Model((
        Quantity("xy", axes=(along,), shape=(2,)),
        Quantity("name", axes=(along,), is_text=True),
        *labels.labels("map", "names", labels.Points(along, "xy", "name")),
    ))  # fmt: skip
    names = np.array([f"n{k}" for k in range(n)], dtype=object)
    return reference.run(model, {"xy": np.array(points, dtype=float), "name": names})


def over(run):
    """Return how near the nearest two names are that are beside each other, in heights of a box."""
    up = run["label_moved_map"][-1]
    apart = np.abs(up[:, np.newaxis] - up) / run["label_room_map"][1]
    return np.where(run["label_beside_map"] > 0, apart, np.inf).min()


@pytest.mark.parametrize("number", [2, 3, 5, 8])
def test_names_of_points_in_one_place_end_below_each_other(number):
    run = moved([[0, 0]] * number + [[1, 1]])
    assert over(run) > READ
    assert len({*run["label_up_word"].round(6)}) == number + 1


def test_names_that_do_not_overlap_stay():
    points = [[0, 0], [0, 0.5], [1, 1]]
    run = moved(points)
    np.testing.assert_allclose(run["label_up_word"], [0, 0.5, 1], atol=1e-6)
    assert (run["label_across_word"] > [0, 0, 1]).all()  # at the right of the points


@pytest.mark.parametrize("points", [[[0, 0]], [[2, 2], [2, 2]], [[0, 0], [0, 1e-12]]])
def test_points_without_any_range_have_places_too(points):
    assert np.isfinite(moved(points)["label_up_word"]).all()


def test_of_many_points_the_first_are_named():
    run = moved(np.random.default_rng(1).normal(size=(labels.MOST + 9, 2)))
    assert run["label_word"].shape == (labels.MOST,)


@pytest.mark.parametrize("epoch", [0, 5, 10, 20, 30])
def test_no_name_in_the_maps_is_written_over_another(epoch):
    plan = planned(source_of_template("embeddings"), Options())
    inputs = {**plan.inputs, "shown_films": np.array(epoch), "shown_words": np.array(epoch)}
    run = reference.run(plan.layout.model, inputs)
    for name in ("films", "words"):
        beside = run[f"label_beside_{name}"] > 0
        assert beside.any()
        up = run[f"label_moved_{name}"][-1]
        apart = np.abs(up[:, np.newaxis] - up) / run[f"label_room_{name}"][1]
        assert apart[beside].min() > READ, name
    assert [*run["label_word"]] == [*inputs["name_word"]]


def test_ratings_are_named_by_people_and_films():
    plan = planned(source_of_template("embeddings"), Options(epochs=1))
    blocks, inputs = plan.layout.blocks, plan.inputs
    run = reference.run(plan.layout.model, inputs)
    assert [*run["whose_person"][:, 0]] == [*inputs["name_person"]]
    assert [*run["whose_film"][0]] == [*inputs["name_film"]]
    told = blocks["told"]
    assert blocks["whose_person"].row == told.row
    assert blocks["whose_person"].column == told.column - 1
    assert (blocks["whose_film"].row, blocks["whose_film"].column) == (told.row - 1, told.column)
