"""Tables about loss: beliefs without a default, and what contradicts itself."""

import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.release.lot_file import check_lot

POTENCY = {"name": "p", "role": "potency", "values": [1.0], "assay_sd": 0.1, "acts_on": "potency"}
ASKED = {"study": "s.toml", "linked": 0.5, "rejection": 2.0, "source": "a belief"}
STATED = {"days": 4.0, "low": 1.0, "high": 7.0, "linked": 0.5, "rejection": 2.0, "source": "a belief"}


def read(attribute=POTENCY, unit="cells/kg", **tables):
    dose = {"planned": 1e6, "largest": 2e6, "unit": unit}
    return check_lot({"title": "t", "lot": "1", "dose": dose, "attribute": [attribute], **tables})


def test_a_model_loss_needs_no_limits_and_has_no_default_link():
    assert read(model_loss=ASKED).model_loss.half == 0.0
    with pytest.raises(InputError, match="linked"):
        read(model_loss={k: v for k, v in ASKED.items() if k != "linked"})


@pytest.mark.parametrize(
    "attribute, unit, tables, said",
    [
        (POTENCY, "cells/kg", {"model_loss": ASKED | {"linked": 0.7, "half": 0.4}}, "more than 1"),
        (POTENCY, "cells/kg", {"model_loss": ASKED, "loss": STATED}, "either"),
        (POTENCY, "cells/kg", {}, "model_loss"),
        (POTENCY, "cells", {"model_loss": ASKED}, "cells/kg"),
        ({"name": "s", "passed": True}, "cells/kg", {"model_loss": ASKED}, "acts_on"),
        (POTENCY | {"acts_on": "viability", "unit": ""}, "cells/kg", {"model_loss": ASKED}, "viability in %"),
        (POTENCY | {"acts_on": "colour"}, "cells/kg", {"model_loss": ASKED}, "potency"),
        (POTENCY | {"lower": 1.0}, "cells/kg", {"loss": STATED | {"low": 5.0}}, "between low and high"),
    ],
)
def test_what_contradicts_itself(attribute, unit, tables, said):
    with pytest.raises(InputError, match=said):
        read(attribute, unit, **tables)
