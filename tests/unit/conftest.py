"""One small answer and one small dossier, of which reports are made."""

from importlib.resources import files

import pytest

from hepatica.dose_study import answer
from hepatica.evidence import load
from hepatica.qualify.dossier import qualify
from hepatica.qualify.validation import ValidationEvidence
from hepatica.study import check_study
from hepatica.validation.simulated import PredictionSettings

SMALL = {
    "title": "A small <question>",
    "patients": 40,
    "draws": 40,
    "horizon": "90 d",
    "grid": {
        "dose": ["1e5 cells/kg", "2e6 cells/kg"],
        "infusions": [1, 4],
        "route": ["peripheral_vein", "portal_vein"],
    },
}


@pytest.fixture(scope="session")
def found(system):
    return answer(check_study(SMALL), system=system)


@pytest.fixture(scope="session")
def ask(system):
    """An answer to a tiny study with some keys changed."""

    def make(**changes):
        grid = changes.pop("grid", {})
        small = SMALL | {"patients": 4, "draws": 4, "horizon": "22 d"} | changes
        return answer(check_study(small | {"grid": SMALL["grid"] | grid}), system=system)

    return make


@pytest.fixture(scope="session")
def q(system):
    """The dossier of a tiny study, with a publication that was learnt from and the same as unseen."""
    question = {
        "title": "A small <question>",
        "patients": 40,
        "draws": 40,
        "horizon": "30 d",
        "hypotheses": ["label_is_cells", "lung_only"],
        "grid": {
            "dose": ["3e5 cells/kg", "5e7 cells/kg"],
            "infusions": [4],
            "route": ["peripheral_vein", "hepatic_artery"],
        },
    }
    unseen = load("lin2017").model_copy(update={"key": "unseen"})
    asked = ValidationEvidence(predicted=(load("lin2017"),), blind=(unseen,))
    sizes = PredictionSettings(people=4, draws=20)
    return qualify(check_study(question), system, evidence=asked, prediction=sizes)


@pytest.fixture
def unseen(tmp_path):
    """File of a publication that the model learnt from, under the key of one that it has not seen."""
    text = (files("hepatica.evidence") / "publications" / "lin2017.toml").read_text(encoding="utf-8")
    path = tmp_path / "unseen.toml"
    path.write_text(text.replace('"lin2017"', '"unseen"', 1), encoding="utf-8")
    return path
