"""`hepatica calibrate`: sizes of a quick calibration, and bad options refused before anything is computed."""

import pytest

from hepatica.calibrate.course import Settings
from hepatica.cli import calibrate


def test_quick_sizes_are_smaller_and_a_seed_changes_nothing_else():
    quick, full = (calibrate._settings(q, None) for q in (True, False))
    assert full == Settings() and quick.draws < full.draws and sum(quick.waves) < sum(full.waves)
    assert quick.seed == full.seed
    assert calibrate._settings(True, 7) == calibrate._settings(True, 7) != quick
    assert calibrate._settings(False, 7).seed == 7 and calibrate._settings(False, 7).draws == full.draws


REFUSED = {
    ("--without", "nobody2020"): "aarc2017",
    ("--alternative", "lin2017:nothing"): "--alternative",
    ("--hypothesis", "both"): "label_is_cells, lung_only",
    ("--lang", "fr"): "en, zh",
}


@pytest.mark.parametrize(("option", "value"), REFUSED)
def test_a_bad_option_is_one_sentence_and_writes_no_file(hepatica, tmp_path, option, value):
    code, out, err = hepatica("calibrate", option, value, "--quick", "--out", tmp_path / "c")
    assert code == 2 and out == "" and option in err and REFUSED[option, value] in err
    assert not (tmp_path / "c").exists()
