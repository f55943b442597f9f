"""Names of doses, variations and subgroups."""

import numpy as np
import pytest

from hepatica.patients import load_population, populations
from hepatica.report.window import texts
from hepatica.therapeutic_window.subgroups import Subgroup
from hepatica.therapeutic_window.variations import OF_PATIENTS, Group, base_variation, variations
from hepatica.therapy import Product, Regimen
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_variation_has_a_name_of_its_own(lang):
    base = base_variation(Regimen(1.0, infusions=4), Product(), ())
    for group in Group:
        if group not in OF_PATIENTS:
            names = [texts.level(v, lang) for v in variations(base, 180.0, (group,))]
            assert len(set(names)) == len(names) and all(names)
        assert texts.group(group, lang)
    assert texts.level(base, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_subgroup_has_a_name(lang):
    levels = [(Group.SEVERITY, "meld_low"), (Group.SEVERITY, "aclf_2"), (Group.SEVERITY, "child_B")]
    levels += [(Group.WEIGHT, "weight_high"), (Group.SHUNT, "shunt_low"), (Group.CAUSE, "cause_bacterial_infection")]
    names = [texts.subgroup(Subgroup(g, level, 0.2, 0.4, np.ones(3, bool)), lang) for g, level in levels]
    assert len(set(names)) == 6
    assert "20" in names[4] and "bacterial infection" in names[5]


def test_causes_of_the_populations_that_ship_have_names_in_every_language():
    names = {c.name for key in populations() for c in load_population(key).causes}
    assert len(names) >= 4
    for name in names:
        s = Subgroup(Group.CAUSE, f"cause_{name}", np.nan, np.nan, np.ones(3, bool))
        assert texts.subgroup(s, "en") == name and texts.subgroup(s, "zh") != name


def test_doses_are_marked_where_nobody_was_given_as_much(found):
    w = found.window("lung_only")
    assert texts.dose(w, np.log10(2e7), "en") == "2×10⁷" and texts.dose(w, np.log10(2.1e7), "en").endswith(texts.BEYOND)
    assert texts.dose(w, np.inf, "en") == "never" and texts.dose(w, -np.inf, "en").startswith("below")
    assert texts.dose(w, np.nan, "en") == "–" == texts.interval(w, np.nan, 1.0, "en")
    assert texts.interval(w, 6.0, 7.0, "en") == "10⁶ to 10⁷" and texts.interval(w, 6.0, 6.0, "en") == "10⁶"
    assert texts.with_error(0.0512, 0.004, "en", 100.0) == "5.1 (± 0.4)"
    assert "peripheral vein" in texts.base(found, "en")
