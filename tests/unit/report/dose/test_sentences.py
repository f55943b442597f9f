"""Sentences of a decision: they follow it, name what decides, and carry its caveats."""

from dataclasses import replace

import numpy as np

from hepatica.dosing.assumptions import Assumption
from hepatica.dosing.variance_components import VarianceComponents
from hepatica.report import names
from hepatica.report.dose import sentences
from hepatica.report.dose.sentences import verdict


def test_the_first_sentence_follows_the_decision(found):
    d = found.decision
    named = names.regimen(d.arms[d.top].regimen, "en")
    unsure = replace(found, decision=replace(d, is_confident=False, recommended=d.top))
    assert verdict(unsure, "en").startswith("It cannot be told whether cells help") and named in verdict(unsure, "en")
    sure = replace(found, decision=replace(d, is_confident=True, recommended=d.top))
    assert verdict(sure, "en").startswith("Give cells") and named in verdict(sure, "en")
    care = replace(found, decision=replace(d, is_confident=False, recommended=0, regret=np.zeros_like(d.regret)))
    assert verdict(care, "en").startswith("Standard care is ranked first; it cannot be told") and "cells/kg" in verdict(
        care, "en"
    )
    over = np.full_like(d.regret, np.inf)
    over[:, 0] = 0.0
    none = replace(found, decision=replace(d, is_confident=False, recommended=0, regret=over))
    assert "exceeds a limit" in verdict(none, "en") and "cells/kg" in verdict(none, "en")


def test_what_decides_is_named(found):
    d, moved = found.decision, Assumption("homing_half", "cell death for half", "assumed", 0.6)
    h = d.by_hypothesis
    split = VarianceComponents(5.0, 1.0, 1.0, 1.0, 9.0, 1.0)
    agree = replace(
        d,
        assumptions=(),
        by_hypothesis=tuple(replace(x, best=1) for x in h),
        confirmed=tuple(replace(c, gain=split) for c in d.confirmed),
    )
    assert "no single assumption" in sentences.deciding(replace(found, decision=agree), "en")
    assert "cell death for half of that multiplier" in sentences.deciding(
        replace(found, decision=replace(agree, assumptions=(moved,))), "en"
    )
    differ = replace(agree, by_hypothesis=(h[0], replace(h[1], best=(h[0].best + 1) % len(d.arms))))
    assert sentences.deciding(replace(found, decision=differ), "en") == "*whether living cells leave the lung*"
    doubt = replace(agree, confirmed=(agree.confirmed[0], replace(agree.confirmed[1], gain=replace(split, low=-1.0))))
    assert "leave the lung" in sentences.deciding(replace(found, decision=doubt), "en")


def test_caveats_are_said(found):
    d = replace(found.decision, edges=("dose", "infusions"), beyond_given=True)
    population = found.population.model_copy(update={"extrapolation": "never studied."})
    text = " ".join(sentences.caveats(replace(found, decision=d, population=population, failed_solves=3), "en"))
    for part in (
        "upper edge of the grid (dose, number of infusions)",
        "above any ever given",
        "never studied",
        "3 simulations failed",
    ):
        assert part in text
    assert "No simulation failed" in " ".join(sentences.caveats(found, "en"))
