"""The records of a trial: the same ones each time, whatever order the file has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.datasets.sample import sample_keys

keys = st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=30)
sizes = st.integers(1, 40)


@given(keys, sizes, st.randoms())
def test_no_order_of_the_file_changes_the_draw(names: list[str], size: int, chance: object) -> None:
    shuffled = list(names)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sample_keys(shuffled, size) == sample_keys(names, size)


@given(keys, sizes)
def test_so_many_are_drawn_as_were_asked_for_or_as_there_are(names: list[str], size: int) -> None:
    drawn = sample_keys(names, size)
    assert drawn <= set(names)
    assert len(drawn) == min(size, len(names))


@given(keys, sizes, sizes)
def test_a_larger_sample_contains_the_smaller_one(names: list[str], one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert sample_keys(names, small) <= sample_keys(names, large)


@given(keys, sizes, st.text(min_size=9, max_size=12))
def test_one_more_record_pushes_out_one_at_most(names: list[str], size: int, new: str) -> None:
    before, after = sample_keys(names, size), sample_keys([*names, new], size)
    assert len(before - after) <= 1
    assert after - before <= {new}


def test_the_draw_is_spread_over_the_file() -> None:
    # Drawn by digest: neither the first records nor the last.
    names = [f"{number:03d}-0" for number in range(1000)]
    drawn = sorted(int(name[:3]) for name in sample_keys(names, 100))
    assert 350 < sum(drawn) / 100 < 650
    assert drawn[0] < 50
    assert drawn[-1] > 950


@pytest.mark.parametrize("size", [1, 5])
def test_the_draw_is_the_one_that_it_always_was(size: int) -> None:
    # A trial is compared with an earlier one: another draw would be another trial.
    names = [f"{number:03d}-0" for number in range(20)]
    always = ["019-0", "006-0", "012-0", "013-0", "008-0"]
    assert sorted(sample_keys(names, size)) == sorted(always[:size])
