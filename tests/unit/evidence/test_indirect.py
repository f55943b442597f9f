"""Publications of indirect evidence: what ships is in order, and what is not is refused."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from hepatica.errors import InputError
from hepatica.evidence import references
from hepatica.evidence.indirect import FOLDER, SPECIES, USUAL_WEIGHT, count_species, keys, load, load_all, read
from hepatica.translation import SPECIES as TRANSLATED

GOOD = """
key = "mine"
cite = "Liao2017"
species = ["mouse"]
topic = "efficacy"
liver = true
read_in = "abstract"
[[arm]]
id = "control"
cells = false
n = 8
[[arm]]
id = "msc"
cells = true
n = 8
dose_per_animal = 1e6
dose_per_kg = 5e7
per_kg_basis = "derived"
[[observation]]
arms = ["msc"]
against = "control"
variable = "survival"
unit = "percent"
kind = "proportion"
value = 75
n = 8
place = "abstract"
"""


def test_what_ships_is_as_much_as_was_read() -> None:
    publications = load_all().values()
    assert len(publications) == 80 and sum(s.several_doses for s in publications) == 41
    assert sum(len(s.observations) for s in publications) == 321
    assert count_species() == {
        "human": 22,
        "rat": 23,
        "mouse": 21,
        "monkey": 6,
        "pig": 4,
        "sheep": 1,
        "mixed": 2,
        "not printed": 3,
    }
    assert set(SPECIES) >= {name for s in publications for name in s.species}


@pytest.mark.parametrize("key", keys())
def test_study_is_in_order(key: str) -> None:
    publication = load(key)
    assert publication.cite in references() and publication.observations and publication.arms
    assert all(arm.n is None or arm.n < 2000 for arm in publication.arms)
    text = files("hepatica.evidence").joinpath(FOLDER, f"{key}.toml").read_text(encoding="utf-8")
    assert not re.search(r"https?:|www\.", text)  # the work itself is cited, never the page where it was read


def test_usual_weights_are_those_of_translation() -> None:
    for name, weight in USUAL_WEIGHT.items():
        assert TRANSLATED[name].rows["body_weight"].value == weight


def test_doses_rise_and_are_per_kg_where_any_is() -> None:
    assert load("human_ra_cx611").doses == (1e6, 2e6, 4e6)
    assert load("human_frailty_phase1").doses == (2e7, 1e8, 2e8)
    assert load("rat_ccl4_low_high_enzymes").doses == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("dose_per_kg = 5e7", "dose_per_kg = 6e7", "gives 1e\\+06 cells, 5e\\+07 per kg"),
        ('species = ["mouse"]', 'species = ["pig"]', "only mouse, rat have a usual weight"),
        ("dose_per_animal = 1e6\n", "", "state the dose per animal"),
        ('per_kg_basis = "derived"', "", "together, or neither"),
        ('arms = ["msc"]', 'arms = ["hucmsc"]', "no arm 'hucmsc'"),
        ('id = "msc"', 'id = "control"', "two arms have the same id"),
        ("value = 75", "value = 175", "0 to 100 percent"),
        ("value = 75", "", "needs value"),
        ("value = 75", 'value = 75\ndirection = "better"', "together"),
        ("value = 75", "value = 75\nlow = 80\nhigh = 90\ninterval = 'ci95'", "outside its interval"),
        ('kind = "proportion"\nvalue = 75', 'kind = "count"\nvalue = 9', "counts more than its 8"),
        ('kind = "proportion"\nvalue = 75', 'kind = "range"\nlow = 9', "needs low and high"),
        ('kind = "proportion"\nvalue = 75', 'kind = "text"', "needs finding"),
        ("value = 75", "value = 75\ntime = [-1]", "time before treatment"),
        ("key =", "kee =", "key: got .*Field required"),
        ("key = ", "key ", "write valid TOML"),
    ],
)
def test_what_is_wrong_is_refused(old: str, new: str, says: str) -> None:
    assert read(GOOD).arm("msc").dose_per_kg == 5e7
    with pytest.raises(InputError, match=says):
        read(GOOD.replace(old, new, 1), "a.toml")


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="pig_mi_iv_dose"):
        load("pig")
    with pytest.raises(InputError, match="use one of saline"):
        load("pig_mi_iv_dose").arm("control")
