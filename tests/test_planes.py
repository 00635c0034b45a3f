"""The planes of the autoencoders have a colour for each class, and mark the image shown."""

import numpy as np
import pytest

from xlnn import reference
from xlnn.building.plan import planned, source_of_template
from xlnn.experiments import _pictures as pictures
from xlnn.options import Options

CODES = {"autoencoder": "codes", "vae": "middle_shown"}


@pytest.fixture(scope="module", params=CODES)
def shown(request):
    """Return a plan with its run, and the quantity that has the places of the images."""
    plan = planned(source_of_template(request.param), Options(epochs=2))
    return plan, reference.run(plan.layout.model, plan.inputs), CODES[request.param]


def test_each_image_is_drawn_by_the_series_of_its_class_alone(shown):
    plan, run, codes = shown
    labels = plan.inputs["labels"]
    assert run["kind"].tolist() == sorted({*labels})
    for at, label in enumerate(run["kind"]):
        own = labels == label
        np.testing.assert_array_equal(run["by_class"][own, at], run[codes][own, 1])
        assert (run["by_class"][~own, at] == pictures.NOWHERE).all()


def test_the_series_are_named_by_their_classes_and_the_image_shown_is_marked(shown):
    plan, run, codes = shown
    drawn = plan.kind.drawings(plan.spec, plan.layout)["plane"]
    chart = next(chart for _, chart in drawn.charts if len(chart.series) > 3)
    named = [each for each in chart.series if each.tx and each.tx.strRef]
    assert len(named) == len(run["kind"])
    assert not [each for each in chart.series if each.dLbls]  # no labels over each other
    np.testing.assert_array_equal(run["marked"], run[codes][0])


def test_an_image_whose_label_changes_is_drawn_all_the_same(shown):
    plan, _, _ = shown
    labels = plan.inputs["labels"].copy()
    labels[3] = 7
    run = reference.run(plan.layout.model, {**plan.inputs, "labels": labels})
    assert (run["by_class"][3] > pictures.NOWHERE).sum() == 1


def test_images_without_classes_have_one_colour(tmp_path):
    (tmp_path / "my.csv").write_text("\n".join(["0.5" + ",1" * 11] * 12) + "\n")
    made = planned(source_of_template("autoencoder"), Options(data=tmp_path / "my.csv", epochs=1))
    assert made.spec.sizes["classes"] == 1
    assert pictures.class_count(np.arange(pictures.MOST)) == pictures.MOST
