"""Elementary functions over lanes against arbitrary precision, on every width and with and without fused arithmetic."""

import ctypes
import platform
import subprocess
from pathlib import Path

import mpmath
import numpy as np
import pytest

from hepatica.engine import compile

HERE = Path(__file__).parent
ENGINE = Path(compile.__file__).parent
BUILDS = {"as the kernel": [compile.NATIVE], "two lanes": [compile.NATIVE, "-DLANES=2"], "plain": []}
if platform.machine() in ("x86_64", "AMD64"):
    BUILDS["four lanes, nothing fused"] = ["-mavx", "-mno-fma", "-DLANES=4"]
N = 4096


@pytest.fixture(scope="module", params=BUILDS)
def lanes(request, tmp_path_factory):
    target = tmp_path_factory.mktemp("lanes") / "lanes.so"
    command = [
        *compile.find_compiler(),
        *BUILDS[request.param],
        *compile.FLAGS,
        "-I",
        str(ENGINE),
        str(HERE / "lanes.c"),
        "-o",
        str(target),
        "-lm",
    ]
    subprocess.run(command, check=True, capture_output=True)
    library = ctypes.CDLL(str(target))

    def call(name, x, n=None):
        size = len(x)
        x, n = (np.ascontiguousarray(np.pad(v, (0, -size % 16)), float) for v in (x, x if n is None else n))
        out = np.empty_like(x)
        getattr(library, f"lanes_{name}")(
            *(ctypes.c_void_p(v.ctypes.data) for v in (x, n, out)), ctypes.c_int64(len(x))
        )
        return out[:size]

    return call


def ulps(found, exact, *args):
    """Largest error in units in the last place of the exact value."""
    worst = 0.0
    with mpmath.workprec(160):
        for i, value in enumerate(found):
            truth = exact(*(mpmath.mpf(float(a[i])) for a in args))
            if mpmath.mpf(2) ** -1022 < abs(truth) < mpmath.mpf(2) ** 1024:
                worst = max(
                    worst,
                    float(abs(mpmath.mpf(float(value)) - truth) / mpmath.mpf(float(np.spacing(abs(float(truth)))))),
                )
    return worst


@pytest.mark.parametrize("low, high", [(-708.0, 709.7), (-1.0, 1.0), (-1e-9, 1e-9)])
def test_exp(lanes, low, high):
    x = np.random.default_rng(1).uniform(low, high, N)
    assert ulps(lanes("exp", x), mpmath.exp, x) < 2.0


@pytest.mark.parametrize(
    "x",
    [np.exp(np.random.default_rng(2).uniform(-740, 700, N)), 1 + np.random.default_rng(3).uniform(-0.3, 0.4, N) ** 3],
    ids=["wide", "near 1"],
)
def test_log(lanes, x):
    assert ulps(lanes("log", x), mpmath.log, x) < 2.0


@pytest.mark.parametrize("spread", [2.0, 20.0, 700.0])
@pytest.mark.parametrize("reach", [6.0, 690.0])
def test_pow(lanes, spread, reach):
    rng = np.random.default_rng(4)
    x = np.exp(rng.uniform(-spread, spread, N))
    n = rng.uniform(-reach, reach, N) / np.maximum(np.abs(np.log(x)), reach / 300)
    assert ulps(lanes("pow", x, n), mpmath.power, x, n) < 2.0


def test_tanh_is_good_enough_for_a_switch(lanes):
    x = np.random.default_rng(5).uniform(-20, 20, N)
    np.testing.assert_allclose(lanes("tanh", x), np.tanh(x), rtol=1e-14)


def test_edges(lanes):
    x = np.array(
        [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, np.inf, -np.inf, np.nan, 1e-300, 1e300, 710.0, -710.0, 0.5, -3.0, 7.0]
    )
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(lanes("log", x[x >= 0]), np.log(x[x >= 0]), rtol=5e-16)
        assert np.isnan(lanes("log", np.array([-1.0, np.nan]))).all()
        found, exact = lanes("exp", x), np.exp(x)
        exact[exact < 2.0**-1022] = 0.0  # below normal numbers there is nothing
        np.testing.assert_allclose(found, exact, rtol=5e-16)
        for n in (0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 0.5, 2.5):
            of = x if n == int(n) else x[~(x == -np.inf)]  # nothing takes the root of minus infinity
            found, exact = lanes("pow", of, np.full_like(of, n)), np.power(of, n)
            exact[(np.abs(exact) < 2.0**-1022)] = 0.0
            np.testing.assert_allclose(np.abs(found), np.abs(exact), rtol=5e-16, err_msg=str(n))
            some = np.isfinite(exact) & (exact != 0)
            assert (np.sign(found[some]) == np.sign(exact[some])).all()


def test_a_lane_does_not_see_its_neighbours(lanes):
    rng = np.random.default_rng(6)
    x, n = np.exp(rng.uniform(-300, 300, N)), rng.uniform(-3, 3, N)
    order = rng.permutation(N)
    for name in ("exp", "log", "pow", "tanh"):
        assert lanes(name, x, n)[order].tobytes() == lanes(name, x[order], n[order]).tobytes()
