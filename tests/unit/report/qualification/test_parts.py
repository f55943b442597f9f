"""Cards of evidence, code, calculation and validation."""

import pytest

from hepatica.report.qualification.parts import calculation, code, evidence, validation
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_check_and_error_has_its_row(q, lang):
    assert len(code(q, lang)[0].table) == len(q.checks)
    solver, sampled = calculation(q, lang)
    assert len(solver.table) == len(q.errors) and len(sampled.table) == len(q.sampling)
    for check, row in zip(q.checks, code(q, lang)[0].table.itertuples(index=False), strict=True):
        assert f"{check.figure:.2g}" in row and check.tests in row


def test_every_publication_of_calibration_is_listed(q):
    listed, parameters = evidence(q, "en")
    assert len(listed.table) == sum(p.role == "calibration" for p in q.publications)
    assert len(parameters.table) <= 20 and str(len(q.system.model.parameters)) in parameters.text[0]


def test_every_standing_has_its_scores(q):
    table = validation(q, "en")[0].table
    assert len(table) == len(q.validated.groups) + (q.validated.effects is not None)
