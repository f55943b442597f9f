"""Surface: coefficients of a known consequence come back; probabilities of scenarios; errors."""

from types import SimpleNamespace

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.clinical import surface as module
from hepatica.manufacturing.clinical.basis import design, reference_point, terms
from hepatica.manufacturing.clinical.courses import Courses
from hepatica.manufacturing.clinical.surface import SurfaceSize, fit_surface, of_point
from hepatica.study import check_study
from hepatica.therapy import Product, Regimen

STUDY = check_study({"title": "t", "patients": 8, "draws": 8, "grid": {"dose": ["1e6 cells/kg"]}})
TRUTH = np.array([4.0, -0.5, 0.1, 1.0, 0.0, 0.2, -0.3, -0.4, -0.6, -0.01, 0.0])
CLOTS = np.array([0.0, 0, 0, 0, 0, 0, 0, 1e-3, 1.5e-3, 1e-6, 0.0])


@pytest.fixture
def fitted(monkeypatch):
    draw = np.repeat(np.arange(12), 3)
    rng = np.random.Generator(np.random.Philox(3))
    by_draw, by_patient = 1 + 0.2 * rng.standard_normal(12), 0.3 * rng.standard_normal(36)
    made = terms(np.vstack([reference_point(0.9), design(0.9)]), 0.9)

    def run(study, system, patients, treatments, hypothesis, **_):
        assert len(treatments) == len(made)
        acting = 5.0 + (made @ TRUTH)[:, None] * by_draw[draw] + by_patient + 0.05 * rng.standard_normal((33, 36))
        acting[4, 7] = np.nan  # a solve that failed leaves its patient out
        harms = {"thrombosis": np.repeat((made @ CLOTS)[:, None], 36, axis=1)}
        return Courses(
            hypothesis=hypothesis, acting=acting, inert=np.full((33, 36), -0.5), harms=harms, draw=draw,
            null_probability=0.25, failed=1,
        )  # fmt: skip

    monkeypatch.setattr(module, "run_products", run)
    monkeypatch.setattr(module, "admit_lots", lambda *_, **__: SimpleNamespace(cohort=SimpleNamespace(patient=draw)))
    return fit_surface(STUDY, system=object(), size=SurfaceSize(12, 3))


def test_a_known_consequence_comes_back(fitted):
    points = np.array([[0.5, 0.7, 2.0, 1.0], [2.0, 0.9, 1.0, 1.0]])
    truth = terms(points, 0.9) @ TRUTH
    mean = np.einsum("hsn,hs->hn", fitted.loss(points), fitted.weight)
    assert mean[0] == pytest.approx(-0.75 * truth, rel=0.15)  # a quarter of the probability has no effect
    assert fitted.weight.sum(axis=1) == pytest.approx([1.0, 1.0]) and fitted.failed == 2
    assert fitted.clots(points).mean(axis=1)[0] == pytest.approx(terms(points, 0.9) @ CLOTS)
    assert (fitted.fit_error < 0.1).all() and (fitted.error(points) > 0).all()
    assert fitted.gain == pytest.approx([0.75 * 5.0 - 0.25 * 0.5] * 2, abs=0.3)


def test_the_link_may_be_nothing(surface_of):
    s, weak = surface_of(4.0), np.array([[0.25, 0.9, 1.0, 1.0]])
    assert s.loss(weak)[0, 0, 0] == pytest.approx(4 * np.log(4))
    assert s.loss(weak, strength=0.5)[0, 0, 0] == pytest.approx(2 * np.log(4))
    assert s.loss(weak, strength=0.0)[0, 0, 0] == 0.0


def test_a_point_is_a_product_at_a_dose():
    product, regimen = of_point(np.array([0.5, 0.7, 2.0, 1.5]), Product(passage=6, potency=2.0), Regimen(1e6))
    assert (product.potency, product.viability, regimen.dose) == (1.0, 0.7, 1.5e6)
    assert product.multipliers()["tissue_factor"] == pytest.approx(2 * 1.3**2)


def test_a_surface_needs_draws_and_patients():
    with pytest.raises(InputError, match="two draws"):
        fit_surface(STUDY, system=object(), size=SurfaceSize(1, 2))
