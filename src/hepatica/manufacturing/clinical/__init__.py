"""Clinical consequence of a lot: what its attributes cost patients of a study, computed with the model.

In reading order: `basis` (terms of the response surface), `courses` (patients of a study under several products),
`surface` (quality-adjusted days over the attributes, with its errors), `store` (surfaces kept), `lots` (lots as
products, doses they allow, value of an assay), `dose_lots` (lots in the main job), `alternatives` (side by side).
"""
