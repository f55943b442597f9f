"""Request of comparability: numbers, codes, what is null."""

import json

from hepatica.api.manufacturing.comparability import ComparabilityRequest

FILE = """title = "t"
attribute = "potency"
scale = "log"
before = {values = [0.9, 1.0, 1.1]}
after = {mean = 1.0, sd = 0.2, n = 4}
"""
LOSS = '[loss]\ndays = 8\nlow = 0\nhigh = 16\nlinked = 0.3\ntolerable = 1\nsource = "made up"\n'


def ask(tmp_path, text):
    (tmp_path / "change.toml").write_text(FILE + text, encoding="utf-8")
    return ComparabilityRequest.check({"file": str(tmp_path / "change.toml")}).run()


def test_a_margin_from_loss_and_a_limit_that_is_never_reached(tmp_path):
    answer = ask(tmp_path, LOSS)
    assert answer.margin_of_loss and answer.upper == 0.125 and answer.p_ranks is None
    assert answer.loss.margin is None and answer.loss.margin_low > 0 and answer.loss.linked == 0.3
    assert json.loads(answer.model_dump_json())["conclusion"] == "not_shown"


def test_a_stated_margin_without_a_loss(tmp_path):
    answer = ask(tmp_path, '[margin]\nlower = 0.2\nupper = 5\nsource = "made up"\n')
    assert answer.conclusion == "equivalent" and answer.loss is None and not answer.margin_of_loss
    assert answer.before.n == 3 and answer.lots_needed == 2 and answer.purpose == "for research use"
