"""Cards of assumptions, references and reproduction."""

import pytest

from hepatica.model.parameters import GRADES
from hepatica.report.dose.appendix import again, grade
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_grade_has_words(lang):
    assert len({grade(g, lang) for g in GRADES}) == len(GRADES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_reproduces_the_answer_is_listed(found, lang):
    text = again(found, lang, command="hepatica dose <x>").table.to_string()
    for value in ("hepatica dose <x>", found.study.hash, found.system.model.hash, found.population.key):
        assert value in text
    assert str(found.study.seed) in text and f"{found.tolerance_error:.1e}" in text
