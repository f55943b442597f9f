"""Results: what is reported, refused, and in which units."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.assay.analysis import analyse_file
from hepatica.manufacturing.assay.result import Model, Options, SamplePotency


def rows(shapes):
    """A file of samples whose responses are shape(dose), three replicates."""
    for name, shape in shapes.items():
        for dose in (1, 2, 4, 8):
            for k, noise in enumerate((-0.05, 0.0, 0.05)):
                yield f"{name},{dose},{shape(np.log(dose)) + noise + 0.002 * k * dose}"


def analyse(tmp_path, shapes, options=None):
    path = tmp_path / "x.csv"
    path.write_text("sample,dose,response\n" + "\n".join(rows(shapes)))
    return analyse_file(path, options)


def test_potency_is_the_ratio_times_the_assumed():
    p = SamplePotency("T", 2.0, 1.5, 3.0, 10.0, 0.1)
    assert p.potency == (20.0, 15.0, 30.0)


def test_significance_refuses_all_and_equivalence_the_sample_that_fails(tmp_path):
    shapes = {"S": lambda x: x, "A": lambda x: x + 0.5, "B": lambda x: 2 * x}
    (a,) = analyse(tmp_path, shapes).assays
    assert a.reported == (None, None) and not analyse(tmp_path, shapes).is_suitable
    from hepatica.manufacturing.assay.suitability import Criteria, Parallelism

    options = Options(criteria=Criteria(parallelism=Parallelism.EQUIVALENCE))
    (a,) = analyse(tmp_path, shapes, options).assays
    assert [p is None for p in a.reported] == [False, True] and not a.undetermined
    assert {(c.key.value, c.sample) for c in a.failures} == {("slope", 2)}


def test_a_flat_assay_has_no_limits_and_is_refused(tmp_path):
    noise = np.random.Generator(np.random.Philox(23))
    (a,) = analyse(tmp_path, {"S": lambda x: noise.normal(), "T": lambda x: noise.normal()}).assays
    assert a.undetermined and a.reported == (None,) and np.isnan(a.potencies[0].ratio_low)


@pytest.mark.parametrize("wrong", [{"level": 1.0}, {"level": 0.3}, {"assumed": {"T": 0.0}}, {"assumed": {"": np.inf}}])
def test_impossible_options_are_refused(wrong):
    with pytest.raises(InputError):
        Options(**wrong)


@pytest.mark.parametrize("model", Model)
def test_models_know_their_kind(model):
    assert model.is_quantal == (model.value in ("probit", "logit", "cloglog"))
    assert model.is_logarithmic == (model is not Model.SLOPE_RATIO)
