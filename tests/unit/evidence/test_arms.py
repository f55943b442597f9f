"""Arms of a publication: doses, cells and mixtures in order, and every way in which they are not."""

import pytest
from pydantic import ValidationError

from hepatica.calibrate.run import used
from hepatica.evidence import evidence_hash
from hepatica.evidence.arms import Alternative, Arm
from hepatica.evidence.observations import wrongs


def says(row, model=Arm):
    with pytest.raises(ValidationError) as error:
        model(**row)
    return [w.says for e in error.value.errors() for w in wrongs(e)]


def test_a_dose_is_whole_or_absent():
    dose = {"id": "a", "label": "a", "dose_low": 1e6, "dose_high": 2e6, "dose_unit": "cells/kg"}
    assert Arm(**dose).gives_cells and not Arm(id="a", label="a").gives_cells
    assert Arm(id="a", label="a", product="MSC").gives_cells
    for left_out in ("dose_low", "dose_high", "dose_unit"):
        assert any("together, or none" in s for s in says({k: v for k, v in dose.items() if k != left_out}, Arm))
    assert any("dose_low above dose_high" in s for s in says(dose | {"dose_low": 3e6}, Arm))
    assert Arm(**(dose | {"dose_low": 2e6})).dose_low == 2e6


def test_another_source_changes_what_it_states_and_nothing_else():
    arm = Arm(id="a", label="a", n=9, infusions=4, product="MSC")
    other = Alternative(id="x", arm="a", note="letter", infusions=3).of(arm)
    assert other == arm.model_copy(update={"infusions": 3})


ARM = {"id": "a", "label": "a"}


@pytest.mark.parametrize(
    "row, fault",
    [
        (ARM | {"msc_share": 0.1}, "has no cells"),
        (ARM | {"source": "adipose"}, "has no cells"),
        (ARM | {"cell_type": "stem"}, "Input should be"),
        (ARM | {"cell_type": "msc", "msc_share": 0.0}, "greater than 0"),
        (ARM | {"mixture": {"a": 0.5, "b": 0.4}}, "add up to 0.9"),
        (ARM | {"mixture": {"a": 0.5, "b": 0.5}, "population": "a"}, "state one of them"),
    ],
)
def test_a_fault_is_named(row, fault):
    assert any(fault in said for said in says(row))


def test_cells_are_cells_whether_by_kind_product_or_dose():
    assert Arm(**ARM, cell_type="mononuclear").gives_cells and not Arm(**ARM).gives_cells


def test_the_hash_of_the_shipped_publications_is_that_of_before_the_new_fields():
    assert evidence_hash(used()) == "9fe3d1c88a1f59ac"
    stated = Arm(**ARM, cell_type="msc", msc_share=0.5, source="adipose").model_dump_json()
    assert '"cell_type":"msc","msc_share":0.5,"source":"adipose"' in stated
    assert not any(name in Arm(**ARM).model_dump_json() for name in ("cell_type", "msc_share", "source", "mixture"))
