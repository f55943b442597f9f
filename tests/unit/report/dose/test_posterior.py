"""Prior against posterior: the card says how much of the answer the priors decide, and when draws are stale."""

from dataclasses import replace

import numpy as np

from hepatica.dose_summary.learning import SHOWN, most_informed
from hepatica.report import names
from hepatica.report.dose.posterior import learnt
from hepatica.report.style import PRIOR
from hepatica.words import LANGUAGES


def test_the_share_of_the_interval_that_is_left(found):
    card = learnt(found, "en")
    arm = found.decision.top
    gains = [x.by_hypothesis[h].gain[arm] for h in range(2) for x in (found.decision, found.prior.decision)]
    wide = [g.high - g.low for g in gains]
    share = (wide[0] / wide[1] + wide[2] / wide[3]) / 2
    said = "% is still there" if share <= 1 else "% as wide as the priors alone leave it"
    assert f"{100 * share:.0f} {said}" in card.text[0]
    assert (
        len(card.table) == 2
        and names.arm_name(found.decision.arms[found.decision.recommended], "en") in card.table.to_string()
    )
    assert (
        "chance of 10 %" in card.text[2] and f"{100 * found.decision.null_effect_probability[0]:.0f} %" in card.text[2]
    )
    assert "lin2017" in card.text[3] and str(found.patients.cohort.known.n) in card.text[3]


def test_priors_alone_say_so_and_stale_draws_too(found):
    for lang in LANGUAGES:
        alone = replace(found, prior=None)
        assert learnt(alone, lang).table is None
    known = replace(
        found.patients.cohort.known, provenance={**found.patients.cohort.known.provenance, "model": "older"}
    )
    stale = replace(found, patients=replace(found.patients, cohort=replace(found.patients.cohort, known=known)))
    assert "another version of the model" in learnt(stale, "en").text[-1]
    assert "another version" not in " ".join(learnt(found, "en").text)


def test_the_same_draws_before_and_after_leave_all_to_the_priors(found):
    same = replace(found, prior=replace(found.prior, decision=found.decision))
    assert (
        "100 % is still there" in learnt(same, "en").text[0] and "the same regimen first" in learnt(same, "en").text[0]
    )


def test_the_figure_shows_where_the_draws_stand_in_the_prior(found):
    moved = most_informed(found)
    assert len(moved) == SHOWN
    for lang in LANGUAGES:
        ax = learnt(found, lang).figure().axes[0]
        middle = [x.get_xdata()[0] for x in ax.get_lines() if len(x.get_xdata()) == 1]
        assert np.allclose(middle, [np.median(p.z) for p in moved])
        wide = [x.get_xdata() for x in ax.get_lines() if x.get_color() == PRIOR][0]
        assert np.allclose(wide, [-1.645, 1.645], atol=1e-3)
