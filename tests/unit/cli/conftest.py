"""Fixtures of the commands: a short study, and the process in which a command starts cold."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def small():
    """Options that make a study small: two arms, forty patients, ninety days."""
    changes = (
        "patients=40",
        "draws=40",
        "dose='1e6 cells/kg'",
        "infusions=4",
        "route='peripheral_vein'",
        "horizon='90 d'",
    )
    return [word for change in changes for word in ("--set", change)]


@pytest.fixture
def study(tmp_path, hepatica):
    path = tmp_path / "study.toml"
    assert hepatica("init", path)[0] == 0
    return path


@pytest.fixture
def process(tmp_path):
    """Runs the command in a process of its own, with other environment variables."""

    def call(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "hepatica", *map(str, arguments)],
            capture_output=True,
            cwd=tmp_path,
            env=os.environ | environment,
            timeout=300,
        )

    return call


@pytest.fixture
def few_cards(monkeypatch):
    """Pages of the first two cards and the last: all of them are drawn by the tests of the report."""
    from hepatica.report.dose import cards

    monkeypatch.setattr(cards, "CARDS", cards.CARDS[:2])
