"""Layouts: their cells, blocks and refusals."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.design import Design, Layout

SAMPLE, DOSE = np.repeat([0, 1], 4), np.tile([0.0, 1.0, 2.0, 2.0], 2)


def test_cells_join_replicates_and_all_blanks():
    cell = Layout(SAMPLE, DOSE).cell
    assert cell[0] == cell[4] and cell[2] == cell[3] and len(set(cell)) == 5


@pytest.mark.parametrize("blocks, design", list(enumerate(d for d in Design if d is not Design.CROSS_OVER)))
def test_design_follows_the_blocks(blocks, design):
    layout = Layout(SAMPLE, DOSE, (np.tile([0, 1], 4), np.repeat([0, 1], 4))[:blocks])
    assert layout.design is design and layout.block_columns().shape == (8, blocks)
    assert layout.block_columns().sum() == 0 and len(layout.block_terms()) == blocks


def test_keys_are_equal_for_equal_layouts_only():
    one, same = Layout(SAMPLE, DOSE), Layout(SAMPLE.copy(), DOSE.copy())
    assert one.key() == same.key() != Layout(SAMPLE, DOSE + 1).key()


@pytest.mark.parametrize(
    "sample, dose, blocks, says",
    [
        ([0, 0], [1.0, 2.0], (), "at least one sample"),
        ([0, 2], [1.0, 2.0], (), "numbered from 0"),
        ([], [], (), "numbered from 0"),
        ([0, 1], [1.0, -2.0], (), "none negative"),
        ([0, 1], [1.0, np.nan], (), "none negative"),
        ([0, 1], [1.0], (), "as long as"),
        ([0, 1], [1.0, 2.0], (np.zeros(2, int),) * 3, "at most two"),
    ],
)
def test_impossible_layouts_are_refused(sample, dose, blocks, says):
    with pytest.raises(InputError, match=says):
        Layout(np.array(sample, int), np.array(dose, float), blocks)


def test_a_cross_over_is_named_by_its_maker():
    blocks = (np.repeat(np.arange(4), 2), np.tile([0, 1], 4))
    layout = Layout(SAMPLE, DOSE, blocks, is_cross_over=True)
    assert layout.design is Design.CROSS_OVER and list(layout.block_terms()) == ["subjects", "periods"]
    assert layout.key() != Layout(SAMPLE, DOSE, blocks).key()
