"""Names of trials in both languages."""

import pytest

from hepatica.report.trials.names import events_text, hypothesis_name, method_name, percent, scheme_name
from hepatica.trials.definition.endpoint import METHODS, Endpoint, Kind
from hepatica.trials.virtual.operating import Rate

MORE = {Kind.LAB: {"lab": "meld"}, Kind.PROPORTION: {"when": "alive == 1"}}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_that_a_trial_can_say_has_words(make_trial, lang):
    for kind in Kind:
        for method in METHODS[kind]:
            assert method_name(Endpoint(name="x", kind=kind, method=method, **MORE.get(kind, {})), lang)
    for method in ("complete", "blocks", "minimisation", "biased_coin"):
        assert scheme_name(make_trial(randomisation={"method": method}), lang)
    assert hypothesis_name("lung_only", lang)


def test_treatment_policy_is_not_repeated(make_trial):
    trial = make_trial(rescue={"when": "meld > 30"})
    assert events_text(trial, trial.primary, "en") == "death: composite"
    assert events_text(trial, None, "en") == "none"


def test_errors_are_95_percent():
    assert percent(Rate(0.5, 0.1)) == "50.0 ± 19.6"
