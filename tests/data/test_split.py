"""Of each class its share is held out, and always the same images for a seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlnn.data.preprocessing import held_out
from xlnn.errors import DataError


def classes(*sizes):
    return np.eye(len(sizes))[np.repeat(np.arange(len(sizes)), sizes)]


@given(
    st.lists(st.integers(1, 30), min_size=2, max_size=6).filter(lambda sizes: max(sizes) > 1),
    st.floats(0.01, 0.99),
    st.integers(0, 5),
)
def test_each_class_gives_its_share_and_keeps_an_image(sizes, share, seed):
    t = classes(*sizes)
    mask = held_out(t, share, seed, is_regression=False)
    assert mask.dtype == bool
    assert mask.shape == (len(t),)
    assert mask.any()
    given_away = mask @ t
    assert (given_away < sizes).all()
    capped = given_away == np.array(sizes) - 1
    assert (capped | (given_away >= np.floor(share * np.array(sizes)))).all()
    wanted = min(max(1, round(share * len(t))), len(t) - len(sizes))
    assert mask.sum() == wanted


def test_the_largest_remainders_give_the_missing_images():
    mask = held_out(classes(5, 9, 6), 0.25, 1, is_regression=False)
    assert (mask @ classes(5, 9, 6)).tolist() == [1, 2, 2]


def test_a_seed_gives_the_same_images_again():
    t = classes(20, 20)
    first, again, other = (held_out(t, 0.5, seed, is_regression=False) for seed in (5, 5, 6))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_the_images_of_a_class_are_drawn_and_not_the_first_ones():
    t = classes(20, 20)
    drawn = [held_out(t, 0.1, seed, is_regression=False) for seed in range(60)]
    assert np.any(drawn, axis=0).all()


@given(st.integers(2, 40), st.floats(0.01, 0.99))
def test_a_regression_is_drawn_from_as_a_whole(images, share):
    t = np.arange(2.0 * images).reshape(images, 2)
    mask = held_out(t, share, 1, is_regression=True)
    assert mask.sum() == min(max(1, round(share * images)), images - 1)


def test_classes_of_one_image_can_spare_none():
    with pytest.raises(DataError, match="No class has two rows or images, so none can be held out"):
        held_out(classes(1, 1, 1), 0.5, 1, is_regression=False)
    with pytest.raises(DataError, match="none can be held out"):
        held_out(np.ones((1, 1)), 0.5, 1, is_regression=True)
