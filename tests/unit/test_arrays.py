"""Arrays: read-only, masked, checked; draws are functions of labels and members alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.arrays import Flags, Uncertain, draw, inverse_cdf
from dayafter.quantities import Quantity
from dayafter.seeding import stable_id
from tests.unit.assessment.small import compiled, small_tables

MEMBERS = np.arange(4000)


def _field(cells: list[tuple[float, float | None, float]], names: list[str] | None = None) -> Uncertain:
    low = np.array([cell[0] for cell in cells])
    high = np.array([cell[2] for cell in cells])
    best = np.array([cell[0] if cell[1] is None else cell[1] for cell in cells])
    has_best = np.array([cell[1] is not None for cell in cells])
    known = np.ones(len(cells), dtype=np.bool_)
    labels = names or [f"cell-{number}" for number in range(len(cells))]
    ids = np.array([stable_id(label) for label in labels], dtype=np.int64)
    return Uncertain("test", low, high, best, has_best, known, np.zeros_like(known), ids)


@given(
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3),
    st.booleans(),
)
def test_a_draw_stays_within_its_interval(u: float, ends: list[float], has_best: bool) -> None:
    low, best, high = sorted(ends)
    args = (np.array([low]), np.array([best]), np.array([high]), np.array([has_best]))
    value = inverse_cdf(np.array([[u]]), *args)[0, 0]
    assert low <= value <= high


def test_a_point_is_drawn_exactly() -> None:
    drawn = _field([(0.1, 0.1, 0.1), (3.0, None, 3.0)]).draw(1, MEMBERS)
    assert (drawn == np.array([0.1, 3.0])).all()


def test_a_range_is_uniform_and_a_best_value_makes_it_triangular() -> None:
    drawn = _field([(2.0, None, 6.0), (0.0, 0.2, 1.0)]).draw(1, MEMBERS)
    # Means 4 and 0.4, standard deviations 1.155 and 0.216: four standard errors of 4,000 draws.
    assert abs(drawn[:, 0].mean() - 4) < 0.073
    assert abs(drawn[:, 1].mean() - 0.4) < 0.0137
    assert abs((drawn[:, 1] < 0.2).mean() - 0.2) < 0.026


def test_draws_follow_the_labels_and_not_the_order_of_rows() -> None:
    cells: list[tuple[float, float | None, float]] = [(0.0, None, 1.0), (0.2, 0.5, 0.9), (1.0, None, 7.0)]
    forth = _field(cells, ["a", "b", "c"]).draw(5, MEMBERS)
    back = _field(cells[::-1], ["c", "b", "a"]).draw(5, MEMBERS)
    np.testing.assert_array_equal(back[:, ::-1], forth)


def test_draws_of_some_cells_equal_those_of_all() -> None:
    field = _field([(0.0, None, 1.0), (0.2, 0.5, 0.9), (1.0, None, 7.0)])
    np.testing.assert_array_equal(field.draw(5, MEMBERS, [2, 0]), field.draw(5, MEMBERS)[:, [2, 0]])


def test_draws_of_a_chunk_equal_those_of_the_whole() -> None:
    field = _field([(0.0, None, 1.0), (0.2, 0.5, 0.9)])
    np.testing.assert_array_equal(field.draw(5, MEMBERS[17:19]), field.draw(5, MEMBERS)[17:19])


def test_an_answer_without_account_is_yes_in_half_of_the_members() -> None:
    ids = np.array([1, 2, 3], dtype=np.int64)
    flags = Flags("test", np.array([True, False, True]), np.array([True, True, False]), ids)
    drawn = flags.draw(1, MEMBERS)
    assert drawn[:, 0].all()
    assert not drawn[:, 1].any()
    assert abs(drawn[:, 2].mean() - 0.5) < 0.032


def test_a_cell_cannot_be_known_and_assumed() -> None:
    field = _field([(0.0, None, 1.0)])
    with pytest.raises(ValueError, match="both known and assumed"):
        replace(field, assumed=np.array([True]))


def test_an_interval_upside_down_is_refused() -> None:
    with pytest.raises(ValueError, match="low ≤ best ≤ high does not hold"):
        _field([(1.0, None, 0.0)])


def test_masks_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="pass one shape for all"):
        replace(_field([(0.0, None, 1.0)]), known=np.array([True, True]))
    with pytest.raises(ValueError, match="pass one shape for all"):
        Flags("test", np.array([True]), np.array([True, False]), np.array([1], dtype=np.int64))


def test_arrays_of_a_case_are_read_only() -> None:
    case = compiled()
    with pytest.raises(ValueError, match="read-only"):
        case.presence.low[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        case.covers[...] = True
    with pytest.raises(TypeError):
        case.rows["presence"] = {}  # type: ignore[index]  # that it cannot be written is the point


def test_a_field_of_the_wrong_shape_is_refused_by_name() -> None:
    case = compiled()
    with pytest.raises(ValueError, match=r"holds has shape \(1, 1\), expected \(2, 4\)"):
        replace(case, holds=np.zeros((1, 1), dtype=np.bool_))
    with pytest.raises(ValueError, match="deal_status has 1 entries, expected 0"):
        replace(case, deal_status=("in-force",))  # type: ignore[arg-type]  # its length is what is wrong


def test_labels_must_be_unique() -> None:
    with pytest.raises(ValueError, match="communities has a label twice"):
        replace(compiled(), communities=("hill", "hill"))


def test_a_drawn_case_gives_values_and_refuses_what_it_does_not_have() -> None:
    world = draw(compiled(), 1, np.arange(3))
    assert world.of("represented").shape == (3, 2, 2)
    assert world.flag("armed").shape == (3, 4)
    with pytest.raises(ValueError, match="'armed' is no uncertain field"):
        world.of("armed")
    with pytest.raises(ValueError, match="'represented' is no field of answers"):
        world.flag("represented")


def test_a_case_draws_the_same_whatever_the_order_of_its_rows() -> None:
    tables = small_tables()
    wide = Quantity(0.1, 0.9)
    tables["presence"] = [row.model_copy(update={"strength": wide}) for row in tables["presence"]]
    forth, back = compiled(tables), compiled({name: rows[::-1] for name, rows in tables.items()})
    one, two = draw(forth, 3, np.arange(50)).of("presence"), draw(back, 3, np.arange(50)).of("presence")
    order = [back.actors.index(actor) for actor in forth.actors]
    np.testing.assert_array_equal(two[:, :, order], one)
