"""C and Python source of the functions of `functions`, as text for the code generators."""

from __future__ import annotations

C_SOURCE = """\
SMALL V pos(V x, V w) { return sel(x > 0.0, x * x / (x + w), splat(0.0)); }
SMALL V dpos(V x, V w) { return sel(x > 0.0, x * (x + 2.0 * w) / ((x + w) * (x + w)), splat(0.0)); }
SMALL V hill(V x, V k, V n) { return sel(x > 0.0, 1.0 / (1.0 + power(k / x, n)), splat(0.0)); }
SMALL V ln(V x) { return sel(x > 0.0, vlog(x), splat(-1e300)); }
SMALL V rise(V x) { return 1.0 / (1.0 + vexp(-x)); }
SMALL V over(V x, V y) { return sel(x > 0.0, y, splat(0.0)); }
SMALL V slope(V x, V n, V h) { return sel(x > 0.0, n * h * (1.0 - h) / x, splat(0.0)); }
"""
"""Over the lanes of ``engine/lanes.h``; ``engine/generate_c.py`` makes `ln` to `slope` of powers and `hill`."""

PYTHON_SOURCE = """\
from math import exp, log, sqrt, tanh
def power(x, n): return x ** n if x > 0.0 else 0.0
def pos(x, w): return x * x / (x + w) if x > 0.0 else 0.0
def dpos(x, w): return x * (x + 2.0 * w) / (x + w) ** 2 if x > 0.0 else 0.0
def hill(x, k, n): return 1.0 / (1.0 + (k / x) ** n) if x > 1e-60 else 0.0
def dhill(x, k, n):
    h = hill(x, k, n)
    return n * h * (1.0 - h) / x if x > 1e-60 else 0.0
"""
