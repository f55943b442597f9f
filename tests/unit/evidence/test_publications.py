"""Every published study that comes with the package, and the rules they are held to."""

from __future__ import annotations

import math
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import ValidationError

from hepatica.errors import InputError
from hepatica.evidence import Publication, load, load_all, references
from hepatica.evidence.observations import UNCOUNTED, VARIABLES
from hepatica.evidence.publications import keys, read
from hepatica.patients import populations
from hepatica.units import unit

_HEAD, _DEATH, _ = (
    (Path(__file__).parents[2] / "publication.toml").read_text(encoding="utf-8").split("[[observation]]\n")
)
_GOOD = f"{_HEAD}[[observation]]\n{_DEATH}".replace("calibration", "check").replace('population = "hbv_aclf"\n', "")
GOOD = _GOOD.replace('key = "mine"', 'key = "a"')


@pytest.mark.parametrize("key", keys())
def test_publication_is_in_order(key: str) -> None:
    publication = load(key)
    assert publication.key == key
    work = references()[publication.cite]
    assert work.year == publication.year
    text = files("hepatica.evidence").joinpath("publications", f"{key}.toml").read_text(encoding="utf-8")
    assert not re.search(r"https?:|www\.|/" "work/", text)
    assert tomllib.loads(text)["key"] == key


@pytest.mark.parametrize("key", keys())
def test_numbers_fit_together(key: str) -> None:
    publication = load(key)
    for o in publication.find(unusable=True):
        arm = publication.arm(o.arm)
        assert o.n is None or arm.n is None or o.n <= arm.n
        if o.events is not None and o.n is not None:
            assert math.isclose(100 * o.events / o.n, o.value, abs_tol=0.051), "not a whole count of people"
    for arm in publication.arms:
        parent = publication.arm(arm.subset_of) if arm.subset_of else None
        assert parent is None or parent.n is None or arm.n is None or arm.n <= parent.n
        deaths = [o.value for o in publication.find(arm=arm.id, variable="death")]
        assert deaths == sorted(deaths)
        alive = [o.value for o in publication.find(arm=arm.id, variable="survival")]
        assert alive == sorted(alive, reverse=True)


PAIRED = ("yoshimura2025",)  # its changes are of those who were measured on both days, its means of all who were on one


def test_means_and_changes_agree_where_usable() -> None:
    for publication in load_all().values():
        for change in publication.find():
            if change.kind != "change":
                continue
            start, end = (
                next(
                    o for o in publication.find(arm=change.arm, variable=change.variable, time=t) if o.kind == "mean_sd"
                )
                for t in (0, change.time)
            )
            if publication.key in PAIRED:
                continue
            assert math.isclose(end.value - start.value, change.value, abs_tol=0.101), change


@pytest.mark.parametrize("key", keys())
def test_populations_are_there_and_alternatives_say_something_else(key: str) -> None:
    publication = load(key)
    stated = {publication.population, *(arm.population for arm in publication.arms)}
    assert stated <= {"", "none", *populations()}
    names = [other.id for other in publication.alternatives]
    assert len(set(names)) == len(names)
    for other in publication.alternatives:
        arm = publication.arm(other.arm)
        assert other.of(arm) != arm and other.note


def test_a_publication_without_numbers_says_what_was_reported() -> None:
    silent = {p.key for p in load_all().values() if not p.observations}
    assert {"li2016", "fang2018", "wang2021_safety"} <= silent
    assert all(load(key).note for key in silent)
    bare = GOOD[: GOOD.index("[[observation]]")]
    assert read('note = "n"' + bare).observations == ()
    with pytest.raises(InputError, match="say in note what was reported"):
        read(bare)


def test_other_sources_change_what_was_given() -> None:
    found = {key: {a.id: a.of(load(key).arm(a.arm)) for a in load(key).alternatives} for key in keys()}
    assert found["lin2017"]["dose_1e6"].dose_high == 1e7 and found["lin2017"]["dose_1e6"].infusions == 4
    assert found["peng2011"]["cells_1e7"].dose_low == 1e7
    assert found["xul2014"]["dose_0.75e6"].dose_high == 7.5e5
    assert found["li2016"]["per_kg"].dose_unit == "cells/kg"


def test_what_an_observation_lacks() -> None:
    def told(key: str, **which: str | float) -> set[str]:
        publication = load(key)
        return {publication.lacks(o) for o in publication.find(unusable=True, **which)}  # type: ignore[arg-type]

    assert told("nevens2021", arm="all", variable="survival") == {""}
    assert told("nevens2021", variable="age") == {"no spread is printed"}
    assert told("sharma2020") == {UNCOUNTED}
    assert told("aarc2017", arm="grade_3") == {UNCOUNTED}
    assert told("mezzano2022") == {""}  # its interval stands for its n
    assert "contradict" in told("southchina2022", time=90).pop()
    assert told("correa2016", variable="bilirubin") == {"no quartiles are printed"}


def test_cohorts_of_liver_derived_cells_add_up() -> None:
    nevens = load("nevens2021")
    assert sum(arm.n or 0 for arm in nevens.arms if arm.subset_of == "all") == nevens.arm("all").n == 24
    assert [o.events for o in nevens.find(variable="death")] == [1, 0, 0, 1, 2]
    assert [o.events for o in nevens.find(variable="serious_adverse_event")] == [3, 3, 0, 1, 3]


@pytest.mark.parametrize(("name", "text"), VARIABLES.items())
def test_variables_have_units(name: str, text: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    unit(text)


def test_lin2017_carries_the_trial() -> None:
    lin = load("lin2017")
    cells = lin.arm("msc")
    assert (cells.dose_low, cells.dose_high, cells.infusions, cells.interval) == (1e5, 1e6, 4, 7)
    alive = {o.arm: (o.value, o.low, o.high) for o in lin.find(variable="survival", time=168)}
    assert alive == {"smt": (55.6, 42.3, 68.9), "msc": (73.2, 61.6, 84.8)}
    assert [o.events for o in lin.find(variable="severe_infection")] == [18, 9]
    assert any("1e6" in text for text in lin.conflicts)


def test_canonic_deaths_are_whole_people() -> None:
    canonic = load("canonic")
    assert [o.events for o in canonic.find(arm="aclf", variable="death")] == [14, 33, 48, 65, 73]
    assert [o.events for o in canonic.find(arm="ad", variable="death")] == [6, 15, 31, 64, 81]


def test_contradictory_row_is_kept_but_not_offered() -> None:
    study = load("alss2019")
    assert study.find(arm="smt_day28", variable="bilirubin") == ()
    assert len(study.find(arm="smt_day28", variable="bilirubin", unusable=True)) == 3
    assert study.find(arm="smt_day28", variable="meld", time=28)[0].value == 17.7


def test_find_without_a_match_is_empty_and_unknown_names_are_refused() -> None:
    lin = load("lin2017")
    assert lin.find(variable="bilirubin") == ()
    with pytest.raises(InputError, match=r"^arm of lin2017: got 'placebo'; use one of smt, msc$"):
        lin.find(arm="placebo")
    with pytest.raises(InputError, match="variable: got 'tbil'"):
        lin.find(variable="tbil")


def test_unknown_publication_is_refused_in_one_sentence() -> None:
    with pytest.raises(InputError, match=r"^publication: got 'lin2018'; use one of aarc2017, ") as caught:
        load("lin2018")
    assert "\n" not in str(caught.value)


def test_read_and_immutability() -> None:
    publication, field = read(GOOD), "key"
    assert isinstance(publication, Publication)
    assert publication.observations[0].events == 2
    with pytest.raises(ValidationError, match="frozen"):
        setattr(publication, field, "b")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('arm = "all"', 'arm = "none"', "no arm 'none'; there are all"),
        ('variable = "death"', 'variable = "deaths"', "variable 'deaths' is not one of age"),
        ('unit = "percent"', 'unit = "%"', "death is written in percent, not in '%'"),
        ("value = 20", "value = 120", "0 to 100 percent"),
        ("value = 20", "value = 20\nsd = 1", "a share: 0 to 100 percent and no sd"),
        ("value = 20", "value = 20\nlow = 25\nhigh = 30", "outside its interval"),
        ("value = 20", "value = 20\nlow = 15", "low and high together"),
        ("value = 20", "value = 20\nusable = false", "say why in note"),
        ("value = 20", "value = nan", "finite"),
        ('kind = "proportion"', 'kind = "mean_sd"', "does not suit death"),
        ('variable = "death"\nunit = "percent"', 'variable = "inr"\nunit = "1"', "does not suit inr"),
        ('kind = "proportion"', 'kind = "count"', "Input should be"),
        ('role = "check"', 'role = "fit"', "Input should be"),
        ("n = 10\n[[obs", "n = 10\ndose_low = 1e5\n[[obs", "dose_low, dose_high and dose_unit together"),
        (
            "n = 10\n[[obs",
            'n = 10\ndose_low = 2\ndose_high = 1\ndose_unit = "cells"\n[[obs',
            "dose_low above dose_high",
        ),
        ('label = "all"', 'label = "all"\n[[arm]]\nid = "all"\nlabel = "again"', "two arms have the same id"),
        ('title = "t"', 'title = "t"\nurl = "x"', "Extra inputs are not permitted"),
        ('title = "t"', "title = t", "write valid TOML"),
        ("[[observation]]", GOOD[GOOD.index("[[observation]]") :] + "[[observation]]", "stands twice"),
    ],
)
def test_disorder_is_refused_in_one_sentence(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        read(GOOD.replace(old, new, 1), "a.toml")
    assert str(caught.value).startswith("a.toml")
    assert "\n" not in str(caught.value)


def test_mean_needs_sd() -> None:
    text = GOOD.replace('variable = "death"\nunit = "percent"', 'variable = "inr"\nunit = "1"')
    with pytest.raises(InputError, match="kind 'mean_sd' of inr needs sd"):
        read(text.replace('kind = "proportion"', 'kind = "mean_sd"'))
