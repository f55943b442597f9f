"""MCP-Mod: multiple comparison procedures and modelling of dose response.

In reading order: `models` (candidate shapes), `contrasts` (optimal contrasts), `contrast_test` (multiple contrast
test, its power and size), `fit` (least squares), `target_dose` (doses of a wanted effect) and `procedure` (all of
it).
"""
