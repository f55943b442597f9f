"""The scores give the numbers that others print; see scores.toml for whose."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.outcomes import scores

TABLE = tomllib.loads(Path(__file__).with_name("scores.toml").read_text(encoding="utf-8"))
CALM = TABLE["cut_offs"]["clif_c_of"]["calm"]
CUT_OFFS = [
    (name, key, value, points)
    for name, table in TABLE["cut_offs"].items()
    for key in (*table["calm"], "dialysis", "vasopressors")
    for value, points in table.get(key, [])
]


@pytest.mark.parametrize("vector", TABLE["vector"], ids=lambda v: f"{v['score']}: {v['id']}")
def test_vector(vector: dict) -> None:
    assert vector["source"] in TABLE["source"]
    got = getattr(scores, vector["score"])
    # functions of one score take it as their only positional argument
    given = dict(vector["given"])
    first = [given.pop(key) for key in ("score", "points", "pta") if key in given]
    if vector["score"] in ("pta_from_inr", "alcoholic_hepatitis_mortality_90d"):
        first = [given.popitem()[1]]
    np.testing.assert_allclose(got(*first, **given), vector["answer"], rtol=0, atol=vector["within"])


@pytest.mark.parametrize("row", TABLE["kim2021"]["rows"], ids=str)
def test_kim_2021_table_4(row: list[float]) -> None:
    patient = dict(zip(TABLE["kim2021"]["columns"], row, strict=True))
    labs = {key: patient[key] for key in ("bilirubin", "creatinine", "inr")}
    more = {key: patient[key] for key in ("sodium", "albumin", "female")}
    raw = scores.meld3(**labs, **more)
    assert scores.meld3(**labs, **more, rounded=True) == patient["meld3"]
    assert raw == pytest.approx(patient["raw"], abs=5e-4)
    assert scores.meld3_survival(raw) == pytest.approx(patient["alive"], abs=6e-5)
    assert scores.meld(**labs) == pytest.approx(patient["meld"], abs=5e-4)
    assert scores.meld_na(**labs, sodium=patient["sodium"]) == pytest.approx(patient["meld_na"], abs=5e-4)


@pytest.mark.parametrize("table", TABLE["clif"], ids=lambda t: t["score"])
def test_clif_scores_and_mortality(table: dict) -> None:
    assert table["source"] in TABLE["source"]
    columns = np.asarray(table["rows"], dtype=float).T
    labs, (score, *deaths) = columns[: len(table["columns"])], columns[len(table["columns"]) :]
    got = getattr(scores, table["score"])(**dict(zip(table["columns"], labs, strict=True)))
    np.testing.assert_allclose(got, score, rtol=0, atol=5e-4)
    mortality = getattr(scores, f"{table['score']}_mortality")
    for months, expected in zip((1, 3, 6, 12), deaths, strict=True):
        np.testing.assert_allclose(mortality(got, months=months), expected, rtol=0, atol=6e-5)


@pytest.mark.parametrize(("name", "key", "value", "points"), CUT_OFFS)
def test_cut_offs(name: str, key: str, value: float, points: int) -> None:
    table = TABLE["cut_offs"][name]
    assert table["source"] in TABLE["source"]
    assert getattr(scores, name)(**{**table["calm"], key: value}) == table["least"] - 1 + points


@pytest.mark.parametrize(("ratio", "points"), [(358, 6), (357, 7), (215, 7), (214, 8)])
def test_spo2_stands_in_for_pao2(ratio: float, points: int) -> None:
    calm = {key: value for key, value in CALM.items() if key != "pao2_fio2"}
    assert scores.clif_c_of(**calm, spo2_fio2=ratio) == points


@pytest.mark.parametrize(("change", "grade"), TABLE["aclf_grade"]["rows"])
def test_aclf_grade(change: dict[str, float], grade: int) -> None:
    assert scores.aclf_grade(**{**CALM, **change}) == grade


def test_child_pugh_classes_and_the_variant_for_albumin() -> None:
    assert "".join(scores.child_pugh_class(np.arange(5, 16))) == "AABBBCCCCCC"
    calm = {**TABLE["cut_offs"]["child_pugh"]["calm"], "albumin": 29}
    assert (scores.child_pugh(**calm), scores.child_pugh(**calm, albumin_low=30)) == (6, 7)


@pytest.mark.parametrize(
    ("given", "met"),
    [
        ({"cause": "paracetamol", "inr": 2, "ph": 7.29}, 1),
        ({"cause": "paracetamol", "inr": 2, "ph": 7.30}, 0),
        ({"cause": "paracetamol", "inr": 2, "lactate": 3.6}, 1),
        ({"cause": "paracetamol", "inr": 6.6, "creatinine": 3.5, "encephalopathy": 3}, 1),
        ({"cause": "paracetamol", "inr": 6.6, "creatinine": 3.5, "encephalopathy": 2}, 0),
        ({"cause": "paracetamol", "inr": 9}, 0),
        ({"cause": "hepatitis B", "inr": 6.6}, 1),
        ({"cause": "hepatitis B", "inr": 3.6, "age": 41, "bilirubin": 18}, 1),
        ({"cause": "hepatitis B", "inr": 3.6, "age": 40, "bilirubin": 18}, 0),
        ({"cause": "indeterminate", "inr": 3.6, "age": 9, "bilirubin": 5}, 1),
        ({"cause": "indeterminate", "inr": 3.6, "age": 30, "days_to_encephalopathy": 8}, 1),
        ({"cause": "indeterminate", "inr": 3.6, "age": 30, "days_to_encephalopathy": 7}, 0),
    ],
)
def test_kings_college(given: dict, met: int) -> None:
    assert scores.kings_college(**given) == met


def test_prothrombin_activity_is_held_above_the_divergence() -> None:
    assert scores.pta_from_inr(20.0) == 6.0
    assert scores.inr_from_pta(2.0) == scores.inr_from_pta(6.0) == pytest.approx(9.27, abs=0.01)


# Errors found in other calculators


LABS = {"bilirubin": 12.0, "creatinine": 1.5, "inr": 1.5}


def test_trap_a_creatinine_is_capped_and_bilirubin_is_not() -> None:
    assert scores.meld(**{**LABS, "bilirubin": 4}) < scores.meld(**LABS)
    assert scores.meld(**{**LABS, "creatinine": 9}) == scores.meld(**{**LABS, "creatinine": 4})
    assert scores.meld(**LABS, dialysis=True) == scores.meld(**{**LABS, "creatinine": 4})


@pytest.mark.parametrize(("score", "low", "high"), [(scores.meld_na, 125, 137), (scores.meld_na_kim2008, 125, 140)])
def test_trap_b_sodium_is_held_in_its_limits(score, low: float, high: float) -> None:
    assert score(**LABS, sodium=low - 15) == score(**LABS, sodium=low) > score(**LABS, sodium=low + 1)
    assert score(**LABS, sodium=high + 15) == score(**LABS, sodium=high) < score(**LABS, sodium=high - 1)


def test_trap_c_meld3_has_no_logarithm_of_sodium() -> None:
    more = {"albumin": 30, "female": False}
    assert scores.meld3(**LABS, **more, sodium=140) == scores.meld3(**LABS, **more, sodium=137)


def test_trap_d_sodium_does_not_count_up_to_meld_11() -> None:
    mild = {"bilirubin": 1.5, "creatinine": 1.1, "inr": 1.2}
    assert scores.meld(**mild) < 11
    assert scores.meld_na(**mild, sodium=120) == scores.meld(**mild)


def test_trap_e_allocation_rounds_before_sodium() -> None:
    labs = {"bilirubin": 6, "creatinine": 1.5, "inr": 1.5, "sodium": 131}
    unrounded = scores.meld_na(**labs)
    assert (scores.meld_na(**labs, rounded=True), np.round(unrounded)) == (26, 25)
    rounded_first = 22 + (1.32 - 0.033 * 22) * 6
    assert 0 < rounded_first - unrounded < 0.4
