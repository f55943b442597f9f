"""A made-up publication of two arms in text, row by row."""

import pytest

HEAD = """
key = "made{i}"
title = "made by the model"
cite = "Lin2017"
country = "nowhere"
design = "simulated"
role = "check"
disease = "HBV-related ACLF"
population = "hbv_aclf"
[[arm]]
id = "care"
label = "standard care"
n = {n}
[[arm]]
id = "cells"
label = "cells"
n = {n}
product = "bone-marrow MSC"
donor = "allogeneic"
dose_low = 1e6
dose_high = 1e6
dose_unit = "cells/kg"
infusions = 4
interval = 7
route = "peripheral vein"
"""


def row(arm, endpoint, value, n, sd=None):
    unit = {"bilirubin": "mg/dL", "inr": "1"}.get(endpoint.variable, "percent")
    kind = "proportion" if unit == "percent" else "mean_sd"
    more = "" if sd is None else f"sd = {sd}\n"
    return (
        f'[[observation]]\narm = "{arm}"\nvariable = "{endpoint.variable}"\nunit = "{unit}"\ntime = {endpoint.time}\nkind = "{kind}"\n'
        f"value = {value}\nn = {n}\n{more}"
    )


@pytest.fixture(name="row", scope="session")
def _row():
    return row


@pytest.fixture(scope="session")
def head():
    return HEAD
