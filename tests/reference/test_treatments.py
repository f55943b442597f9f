"""Effects of established treatments, against published numbers."""

import tomllib
from pathlib import Path

import numpy as np

from hepatica.simulation import Arm, simulate

EXCHANGE = tomllib.loads(Path(__file__).with_name("treatments.toml").read_text(encoding="utf-8"))["exchange"]


def test_bilirubin_falls_with_plasma_exchange_as_published(system, admitted):
    """Within two SD at each time: the model falls by less at once and gives back more slowly, with one pool a form."""
    times = np.array([0.0, *EXCHANGE["day"]])
    ds = simulate(
        system, admitted, [Arm("exchange", together_with=("plasma_exchange",))], times, outputs=("bilirubin",)
    )
    course = ds["bilirubin"].values[0]
    fall = 100 * (1 - course[:, 1:] / course[:, :1]).mean(axis=0)
    assert (np.abs(fall - EXCHANGE["fall"]) < 2 * np.array(EXCHANGE["sd"])).all(), fall
    assert fall[0] > 20
