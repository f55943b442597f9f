"""Sentences of a decision: they follow it, name what decides, and carry its caveats."""

from dataclasses import replace

from hepatica.dosing import Form
from hepatica.dosing.assumptions import Assumption
from hepatica.report.dose import sentences


def test_what_decides_is_named(found):
    d, moved = found.decision, Assumption("homing_half", "cell death for half", "assumed", 0.6)
    h, c = d.by_hypothesis, d.conclusion

    def with_forms(*forms):
        own = tuple(
            replace(x, judgements=tuple(replace(j, form=f) for j, f in zip(x.judgements, forms, strict=False)))
            for x in c.leaders
        )
        return replace(c, leaders=own)

    agree = replace(
        d,
        assumptions=(),
        by_hypothesis=tuple(replace(x, best=1) for x in h),
        conclusion=with_forms(Form.GIVE, Form.GIVE),
    )
    assert "no single assumption" in sentences.deciding(replace(found, decision=agree), "en")
    assert "cell death for half of that multiplier" in sentences.deciding(
        replace(found, decision=replace(agree, assumptions=(moved,))), "en"
    )
    differ = replace(agree, by_hypothesis=(h[0], replace(h[1], best=(h[0].best + 1) % len(d.arms))))
    assert sentences.deciding(replace(found, decision=differ), "en") == "*whether living cells leave the lung*"
    doubt = replace(agree, conclusion=with_forms(Form.GIVE, Form.NOT))
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
