"""Five publications of odd shapes, made up for tests, predicted by the command in one run beside files that are none."""

import json
from pathlib import Path

import pytest

from hepatica.api.validate import ValidateAnswer
from hepatica.evidence.check import check_file
from hepatica.patients import populations

FOLDER = Path(__file__).parents[1] / "evidence/made_up"
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_files_are_in_order(path):
    assert check_file(path, populations()).faults == ()


def test_the_command_predicts_them_all_in_one_run(hepatica, tmp_path):
    """One run, for it costs seconds: what each check asks of it stands in a function of its own."""
    broken, again = tmp_path / "broken.toml", tmp_path / "again.toml"
    broken.write_text("key = 3", encoding="utf-8")
    again.write_text(FILES[0].read_text(encoding="utf-8"), encoding="utf-8")
    sizes = ("--posterior", "prior", "--patients", 4, "--draws", 20, "--results", tmp_path / "kept", "--json")
    code, out, err = hepatica("validate", broken, *FILES, again, *sizes)
    assert code == 0, err
    made = ValidateAnswer.model_validate(json.loads(out))
    no_file_ends_the_others_and_each_is_kept_as_it_comes(made, tmp_path, err)
    every_statement_and_number_is_predicted_or_says_why_not(made)
    every_score_has_its_error(made)


def no_file_ends_the_others_and_each_is_kept_as_it_comes(made, folder, err):
    why = made.not_predicted
    assert "got 3" in why[str(folder / "broken.toml")]
    assert "another file has the key" in why[str(folder / "again.toml")]
    assert "day 0" in why["made_up_day_zero all"]
    kept = {p.stem: ValidateAnswer.model_validate_json(p.read_text()) for p in (folder / "kept").glob("*.json")}
    assert set(kept) == {f"made_up_{name}" for name in ("day_zero", "abstract", "mononuclear", "long", "ratios")}
    assert sum(len(k.records) for k in kept.values()) == len(made.records) > 0
    assert len([line for line in err.splitlines() if "predictions" in line]) == len(FILES)


def every_statement_and_number_is_predicted_or_says_why_not(made):
    rows = {(r.publication, r.arm, r.endpoint): r for r in made.records}
    why = made.not_predicted
    for key, statement in (
        (("made_up_abstract", "a", "albumin"), "higher"),
        (("made_up_abstract", "b", "death (z)"), "p > 0.05"),
        (("made_up_long", "all", "death"), "1 - 6"),
    ):
        assert rows[key].statement == statement and 0 < rows[key].probability < 1 and rows[key].observed is None
    assert rows["made_up_abstract", "a", "albumin"].until == 100
    assert rows["made_up_abstract", "a", "meld (change) (z)"].observed < 0
    assert {e for p, _, e in rows if p == "made_up_ratios"} == {
        "survival (hazard ratio)", "bilirubin (ratio)", "severe_infection (odds ratio)",
    }  # fmt: skip
    assert rows["made_up_long", "all", "survival"].time == 1826 and ("made_up_long", "all", "meld_improved_3") in rows
    assert {e for p, _, e in rows if p == "made_up_mononuclear"} == {"hvpg", "fever", "bilirubin (change)"}
    assert "peptides in serum" in why["made_up_mononuclear counted procollagen_3_peptide day 90"]
    assert "share of MSC" in why["made_up_mononuclear uncounted"]
    assert "later than is followed" in why["made_up_long unknown survival day 4000"]
    assert "no patients of hbv_aclf come nearer" in why["made_up_ratios dying"]
    assert (
        "0.05 percent of its cells are MSC; the others are not simulated" in made.assumed["made_up_mononuclear counted"]
    )


def every_score_has_its_error(made):
    for r in made.records:
        scores = (r, *r.by_hypothesis.values(), *r.baselines.values())
        assert all(s.crps is not None and s.crps_error is not None for s in scores), (r.publication, r.endpoint)
        assert all(s.log_score is not None and s.log_score_error is not None for s in scores)
    assert all(row["crps_error"] is not None for row in made.totals)
    assert set(made.effective) == set(made.matching) and all(n > 0 for n in made.effective.values())
