"""Steps of a product file: what is read back, and one sentence for each that cannot be."""

import pytest

from hepatica.errors import InputError
from hepatica.therapy.process.steps import BY_KIND, STEP_SCHEMA, STEPS, read_steps

FULL = [
    {"kind": "pooling", "donors": 3}, {"kind": "culture", "passage": 5}, {"kind": "priming", "degree": 0.5},
    {"kind": "harvest"}, {"kind": "cryopreservation"}, {"kind": "thaw", "finding": "unchanged"},
    {"kind": "rest", "hours": 4.0}, {"kind": "wash", "times": 1},
    {"kind": "hold", "hours": 2.0, "temperature": 4.0, "vehicle": "saline"}, {"kind": "delivery", "device": "catheter"},
]  # fmt: skip


def test_every_kind_is_read_and_written_as_it_was():
    steps = read_steps(FULL)
    assert [s.table() for s in steps] == FULL and len(BY_KIND) == len(STEPS) == len(FULL)
    assert read_steps(steps) == steps


def test_the_schema_names_every_kind_with_its_choices():
    kinds = {own["properties"]["kind"]["const"]: own for own in STEP_SCHEMA["anyOf"]}
    assert list(kinds) == list(BY_KIND) and "$ref" not in str(STEP_SCHEMA)
    assert kinds["thaw"]["properties"]["finding"] == {"enum": ["impaired", "unchanged"], "default": "impaired"}
    assert "ringer" in kinds["hold"]["properties"]["vehicle"]["enum"] and kinds["hold"]["required"] == ["kind", "hours"]


HARVEST, FROZEN = {"kind": "harvest"}, [{"kind": "harvest"}, {"kind": "cryopreservation"}]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (7, "a list of"),
        ("harvest", "a list of"),
        ([HARVEST] * 41, "40 at the most"),
        (["harvest"], "step 1, kind"),
        ([{}], "step 1, kind: got None"),
        ([{"kind": "magic"}], "one of pooling"),
        ([{"kind": "pooling"}], "donors: got None"),
        ([{"kind": "pooling", "donors": 2.5}], "donors: got 2.5"),
        ([{"kind": "pooling", "donors": 0}], "greater than or equal to 1"),
        ([{"kind": "culture"}], "either passage or doublings"),
        ([{"kind": "culture", "passage": 4, "doublings": 9.0}], "either passage or doublings"),
        ([{"kind": "culture", "passage": 21}], "passage: got 21"),
        ([{"kind": "priming", "degree": 1.5}], "degree: got 1.5"),
        ([{**HARVEST, "colour": 1}], "no key but kind"),
        ([HARVEST, {"kind": "hold", "hours": 1.0, "vehicle": "milk"}], "one of saline"),
        ([HARVEST, {"kind": "hold", "hours": 1.0, "vehicle": "ringer", "temperature": 4.0}], "where it was measured"),
        ([HARVEST, {"kind": "hold", "hours": float("nan")}], "hours"),
        ([HARVEST, {"kind": "hold", "hours": 1.0, "colour": 1}], "a known key: hours"),
        ([{"kind": "wash"}], "no harvest before it"),
        ([{"kind": "cryopreservation"}], "no harvest before it"),
        ([HARVEST, {"kind": "thaw"}], "a cryopreservation before a thaw"),
        ([HARVEST, {"kind": "rest", "hours": 24.0}], "a thaw before a rest"),
        ([HARVEST, {"kind": "culture", "passage": 3}], "the order pooling"),
        ([*FROZEN], "a thaw after the cryopreservation"),
        ([*FROZEN, {"kind": "thaw", "finding": "maybe"}], "finding: got 'maybe'"),
        ([*FROZEN, {"kind": "thaw"}, {"kind": "thaw"}], "this step once"),
        ([HARVEST, {"kind": "delivery"}, {"kind": "wash"}], "delivery as the last step"),
        ([HARVEST, {"kind": "delivery", "device": "drone"}], "device: got 'drone'"),
    ],
)
def test_what_cannot_be_is_one_sentence(rows, said):
    with pytest.raises(InputError, match=said) as caught:
        read_steps(rows)
    assert "\n" not in str(caught.value)
