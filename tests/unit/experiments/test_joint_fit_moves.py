"""Free quantities of the joint fit: constants of biology for all populations, and each population's own."""

import numpy as np
import pytest
from joint_fit_moves import BIOLOGY, Moves, with_factor

from hepatica.calibrate.natural_history.intensity import INTENSITIES
from hepatica.patients import load_population, populations


def test_a_factor_moves_numbers_and_distributions_wherever_they_stand():
    base = load_population("aclf_grade_1")
    moved = with_factor(base, "before.drinking", 2.0)
    for one, two in zip(base.causes, moved.causes, strict=True):
        assert ("drinking" in one.before) == ("drinking" in two.before)
        if "drinking" in one.before:
            first, second = one.before["drinking"].parts[0], two.before["drinking"].parts[0]
            assert (second.low, second.high) == (2 * first.low, 2 * first.high)
    assert moved.causes[1].insult == base.causes[1].insult
    flare = with_factor(load_population("hbv_aclf"), "insult.effectors_young", 3.0)
    part, usual = (
        flare.insult["effectors_young"].parts[0],
        load_population("hbv_aclf").insult["effectors_young"].parts[0],
    )
    assert part.median == pytest.approx(3 * usual.median) and part.cv == usual.cv
    longer = with_factor(load_population("hbv_aclf"), "fitted.effector_lifetime", 0.5)
    assert longer.fitted["effector_lifetime"].value == load_population("hbv_aclf").fitted["effector_lifetime"].value / 2


def test_what_moves_is_biology_for_all_and_a_populations_own(system):
    moves = Moves.of(populations())
    assert {s.parameter for s in BIOLOGY} <= set(system.model.parameters) - set(INTENSITIES)
    assert len(moves.tolerances) == len(BIOLOGY) + len(moves.own)
    x = np.zeros(len(moves.tolerances))
    x[[s.parameter for s in BIOLOGY].index("alt_content")] = np.log(2.0)
    tried = moves.populations(x, system, ("hbv_aclf", "alf_paracetamol"))
    usual = system.model.parameters["alt_content"].value
    assert {p.fitted["alt_content"].value for p in tried.values()} == {2 * usual}


def test_a_population_answers_to_biology_and_to_its_own_alone():
    moves = Moves.of(populations())
    for key in ("hbv_aclf", "compensated_cirrhosis"):
        places = moves.of_population(key)[len(BIOLOGY) :] - len(BIOLOGY)
        assert [moves.own[i][0] for i in places] == [key] * len(load_population(key).fit.moved)
