"""Platform trials: arms that share a control, and multiplicity.

In reading order: `shared_control` (arms that enter and leave, correlation, familywise error, drift of non-concurrent
controls) and `graphical` (sequentially rejective procedures on a graph).
"""
