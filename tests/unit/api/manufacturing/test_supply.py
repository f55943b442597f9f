"""Request of a supply plan: numbers, and what was not asked is null."""

import json

from hepatica.api.manufacturing.supply import SupplyRequest

STOCK = "[stock]\npatients = 20\nsuites = 9\nlead = 30\nreorder = [0, 60]\ninitial = 40\nruns = 20\n"


def ask(tmp_path, text):
    (tmp_path / "supply.toml").write_text('title = "t"\n' + text, encoding="utf-8")
    return SupplyRequest.check({"file": str(tmp_path / "supply.toml")}).run()


def test_stock_alone(tmp_path):
    answer = ask(tmp_path, STOCK + "doses_per_lot = 10\nfailure = 0.1\n")
    assert answer.reorder == 60 and [level.is_enough for level in answer.levels] == [False, True]
    assert answer.donor is None and answer.pools == [] and answer.qualification is None
    assert json.loads(answer.model_dump_json())["levels"][0]["treated"]["error"] > 0


def test_donors_that_are_never_enough_are_null(tmp_path):
    answer = ask(tmp_path, '[donors]\nsource = "adipose"\ndose = 1e12\nneeded = [100]\n')
    assert answer.donor.donors_for == {100: None} and answer.donor.no_dose == 1.0 and answer.reorder is None
