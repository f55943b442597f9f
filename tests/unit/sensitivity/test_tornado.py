"""Doses ranked again at the ends of a parameter: limits of harm, least worst regret, and the same on any workers."""

from dataclasses import replace

import numpy as np

from hepatica.sensitivity.evaluate import evaluate
from hepatica.sensitivity.tornado import best_arm, tornado


def test_the_dose_that_comes_first(question, found):
    best = [found.moved[k] for k in found.ranked()[:2]]
    t = tornado(question, best, draws=6)
    assert t.first.shape == (2, 2) and t.gain.shape == (2, 2, 2, 2) and (np.diff(t.values) > 0).all()
    assert list(t.frame()["parameter"])[1::2] == [m.name for m in best]
    again = tornado(replace(question, workers=1), best, draws=6)
    assert again.gain.tobytes() == t.gain.tobytes()


def test_limits_of_harm_and_regret_decide(question, plausible):
    point = evaluate(question, plausible)[0]
    gain = np.array([[1.0, 5.0], [1.0, 0.5]])
    calm = {name: np.zeros((2, 2)) for name in point.excess}
    assert best_arm(replace(point, gain=gain, excess=calm), question.utility) == 2
    risky = calm | {"thrombosis": np.array([[0.0, 0.2], [0.0, 0.0]])}
    harms = tuple(replace(h, limit=0.05) if h.name == "thrombosis" else h for h in question.utility.harms)
    limited = replace(question.utility, harms=harms)
    assert best_arm(replace(point, gain=gain, excess=risky), question.utility) == 2  # costed, so without a limit
    assert best_arm(replace(point, gain=gain, excess=risky), limited) == 1
    assert best_arm(replace(point, gain=-gain, excess=calm), question.utility) == 0


def test_the_table_says_where_the_dose_changes(question, found):
    t = tornado(question, [found.moved[0]], draws=6)
    changed = replace(t, first=np.array([[t.usual, (t.usual + 1) % len(t.arms)]]))
    rows = changed.frame()
    assert rows["changes"].tolist() == [False, False, True] and rows["end"].tolist() == ["unknown", "5 %", "95 %"]
    assert rows["first"].tolist() == [t.arms[t.usual]] * 2 + [t.arms[(t.usual + 1) % len(t.arms)]]
    assert rows["dose"][0] == t.doses[t.usual] and rows["value"][1:].tolist() == t.values[0].tolist()
