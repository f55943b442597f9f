"""Decisions where the truth is known, in a bank small enough for a test."""

import pytest

SMALL = ("--draws", "60", "--people", "4", "--replicates", "5", "--truth-people", "4")


@pytest.mark.slow
def test_decisions_where_the_truth_is_known(run_script, tmp_path):
    answer = run_script("experiments/known_truth.py", *SMALL, "--work", tmp_path)
    worlds = {r["world"]: r for r in answer["worlds"]}
    assert set(worlds) == set("abcde") and all(r["replicates"] <= 5 for r in worlds.values())
    assert worlds["a"]["confident"] <= 1  # a bank this small is never sure of anything
    gain = {w: worlds[w]["regret_standard"] for w in "ab"}
    assert gain["a"] < 0.2 * gain["b"] and worlds["b"]["regret"] < worlds["b"]["regret_standard"]
    again = run_script("experiments/known_truth.py", *SMALL, "--work", tmp_path)
    assert again == answer  # finished work is read, and nothing is left to chance
