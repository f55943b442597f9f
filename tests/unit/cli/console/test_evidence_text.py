"""Publications as the terminal shows them."""

import pytest

from hepatica.cli.console.evidence_text import given, print_checked, print_list, print_publication, value
from hepatica.evidence import load, load_all
from hepatica.evidence.check import check_file


def test_treatments_and_values_in_words():
    assert given(load("lin2017").arm("msc")).startswith("allogeneic bone-marrow MSC, 1e5 to 1e6 cells/kg, 4 infusions")
    survival = load("lin2017").find(arm="msc", variable="survival")[0]
    assert value(survival) == "73.2 percent (95 % 61.6 to 84.8)"
    bare = survival.model_copy(update={"low": None, "unit": "1", "sd": 2.0})
    assert value(bare) == "73.2 ± 2"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_publication_can_be_shown(capsys, lang):
    for p in load_all().values():
        print_publication(p, "", lang)
        assert p.key in capsys.readouterr().out
    print_list(tuple(load_all().values()), lang)
    out = capsys.readouterr().out
    assert all(p.key in out for p in load_all().values())


def test_one_variable_of_one_publication(capsys):
    print_publication(load("zekri2015"), "meld", "en")
    whole = capsys.readouterr().out
    print_publication(load("zekri2015"), "albumin", "en")
    assert "meld" in whole and " meld " not in capsys.readouterr().out


def test_brackets_in_a_file_stay(tmp_path, capsys):
    path = tmp_path / "[bold]x[red].toml"
    path.write_text("key = 3", encoding="utf-8")
    print_checked(check_file(path, ()), "en")
    assert "[bold]x[red].toml" in capsys.readouterr().out
