"""Card of survival: what the hazards do is said unasked, with the analyses that suit it and their sizes."""

from types import SimpleNamespace

import numpy as np
import pytest

from hepatica.report.trials.survival_card import survival_card
from hepatica.trials.analysis.required_size import Method
from hepatica.trials.virtual.effects import TrueEffects, hazard_course

DAYS = np.arange(169)


def found(trial, treated):
    """Characteristics of which the card reads the expected survival alone."""
    effects = TrueEffects(np.stack([np.exp(-0.01 * DAYS), treated]), np.zeros((1, 2)))
    view = SimpleNamespace(hypothesis="label_is_cells", effects=effects)
    return SimpleNamespace(trial=trial, hypotheses=(view,), eligible=SimpleNamespace(patients=range(9), screened=12))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_late_effect_is_noticed_and_offered_its_analyses_with_sizes(make_trial, lang):
    trial = make_trial(follow_up="168 d")
    late = found(trial, np.exp(-0.01 * np.minimum(DAYS, 40) - 0.004 * np.maximum(DAYS - 40, 0)))
    course = hazard_course(trial, late.hypotheses[0].effects.survival, 1)
    card = survival_card(late, lang)
    assert ("comes late" if lang == "en" else "较晚") in card.text[1] and "max-combo" in card.text[1]
    assert card.table.iloc[0, 3:].tolist() == [
        f"{course.early:.2f}", f"{course.late:.2f}", *(f"{np.ceil(n):,.0f}" for n in course.sizes.values()),
    ]  # fmt: skip
    assert course.sizes[Method.MAX_COMBO] < course.sizes[Method.LOG_RANK] and card.figure().axes


def test_proportional_hazards_ask_for_nothing_else_and_no_effect_for_no_size(make_trial):
    trial = make_trial(follow_up="168 d")
    card = survival_card(found(trial, np.exp(-0.007 * DAYS)), "en")
    assert "proportional" in card.text[1] and len(card.text) == 3
    assert survival_card(found(trial, np.exp(-0.01 * DAYS)), "en").table.iloc[0, 5:].tolist() == ["–"] * 3
    assert survival_card(found(trial, np.ones(169)), "en").table.iloc[0, 3:5].tolist() == ["–"] * 2
