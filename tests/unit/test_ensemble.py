"""Streams of patients: the same bytes in any blocks, bounded files, and quantiles that can be trusted."""

import hashlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica import ensemble
from hepatica.engine import System, remote
from hepatica.ensemble import Sketch, run
from hepatica.errors import InputError
from hepatica.output_folder import claim
from hepatica.simulation import Arm, simulate
from hepatica.therapy import Regimen

ARMS = (Arm("none"), Arm("cells", Regimen(1e6)))
ASKED = {"patients": 30, "seed": 5, "draws": 12, "times": np.arange(36.0)}


def fingerprint(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def whole(system, population, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    tally = run(system, population, ARMS, folder, **ASKED, courses=True)
    return folder, tally


@pytest.mark.parametrize("block", [1, 9, 64])
def test_the_size_of_a_block_changes_no_byte(system, population, whole, tmp_path, block, monkeypatch):
    again = run(system, population, ARMS, tmp_path / "again", **ASKED, courses=True, block=block)
    assert fingerprint(tmp_path / "again") == fingerprint(whole[0]) and (again.patients, again.candidates) == (
        30,
        whole[1].candidates,
    )


def test_small_groups_and_chunks_are_filled_in_any_blocks(system, population, tmp_path, monkeypatch):
    monkeypatch.setattr(ensemble, "GROUP", 7 * 64)
    found = []
    for block in (9, 40):
        run(system, population, ARMS, tmp_path / str(block), **ASKED, courses=True, block=block)
        found.append(fingerprint(tmp_path / str(block)))
    assert found[0] == found[1] and sum("c/" in name for name in found[0]) > 2 * 4


@pytest.mark.slow
def test_workers_elsewhere_change_no_byte(system, population, whole, tmp_path):
    with remote.workers_at("processes:2") as pool:
        run(System(system.model, executor=pool), population, ARMS, tmp_path / "there", **ASKED, courses=True)
    assert fingerprint(tmp_path / "there") == fingerprint(whole[0])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # distributed warns of its own event loop
def test_a_cluster_changes_no_byte(system, population, whole, tmp_path, cluster):
    with cluster(2) as (address, _), remote.workers_at(address) as pool:
        run(System(system.model, executor=pool), population, ARMS, tmp_path / "there", **ASKED, courses=True, block=40)
    assert fingerprint(tmp_path / "there") == fingerprint(whole[0])


def test_what_is_written_is_what_simulate_finds(system, population, whole):
    folder, tally = whole
    rows = pd.read_parquet(folder / "endpoints.parquet")
    assert len(rows) == 60 and list(rows["patient"][:4]) == [0, 0, 1, 1] and tally.failed == 0
    some = next(ensemble.admissions(system, population, 30, seed=5, draws=12))
    times = np.arange(36.0)
    ds = simulate(system, some, ARMS, times, outputs=ensemble.OUTPUTS)
    here = ds["bilirubin"].sel(arm="cells", time=28.0).values
    np.testing.assert_array_equal(rows.loc[rows["arm"] == "cells", "bilirubin_28"], here)
    np.testing.assert_allclose(
        rows.loc[rows["arm"] == "none", "survival_35"],
        np.exp(-np.trapezoid(ds["death_intensity"].sel(arm="none").values, times, axis=-1)),
        rtol=1e-12,
    )
    import zarr

    courses = zarr.open_group(folder / "courses.zarr", mode="r")["values"]
    np.testing.assert_array_equal(courses[1, :, :, 0], ds["bilirubin"].sel(arm="cells").values)
    assert pq.read_schema(folder / "endpoints.parquet").metadata[b"purpose"] == b"for research use"
    bands = pd.read_parquet(folder / "bands.parquet").set_index(["arm", "day", "output"])
    exact = np.quantile(ds["albumin"].sel(arm="none", time=7.0).values, 0.5, method="lower")
    assert bands.loc[("none", 7.0, "albumin"), "q50"] == pytest.approx(exact, rel=0.0101)


def test_a_run_that_breaks_leaves_what_was_there(system, population, whole, tmp_path, monkeypatch):
    (tmp_path / "endpoints.parquet").write_text("old")
    monkeypatch.setattr(ensemble, "_bands", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(system, population, ARMS, tmp_path, **ASKED)
    assert [p.name for p in tmp_path.iterdir()] == ["endpoints.parquet"] and (
        tmp_path / "endpoints.parquet"
    ).read_text() == "old"


def test_a_folder_that_cannot_be_written(system, population, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="a place that can be written"):
        run(system, population, ARMS, tmp_path / "file" / "under", **ASKED)


def test_two_runs_into_one_folder(system, population, tmp_path):
    """The files of two runs at once used to be mixed."""
    with claim(tmp_path, "ensemble"), pytest.raises(InputError, match="no other run is writing to"):
        run(system, population, ARMS, tmp_path, **ASKED)


FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from hepatica.engine import shipped_system
from hepatica.ensemble import run
from hepatica.errors import InputError
from hepatica.patients import load_population
from hepatica.simulation import Arm
system, population = shipped_system(), load_population("hbv_aclf")
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    run(system, population, [Arm("none")], Path(sys.argv[1]), patients=4, seed=5, draws=4, times=np.arange(36.0), courses=True)
except InputError as error:
    print(error)
"""


@pytest.mark.parametrize("room", [600, 3000])  # not even the description of the courses; not the courses
def test_a_disk_without_room_is_one_sentence(tmp_path, room):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "out"), str(room)], capture_output=True, text=True
    )
    assert done.stdout.startswith("output: got") and "a place with room" in done.stdout, (done.stdout, done.stderr)
    assert done.stderr == "" and not (tmp_path / "out").exists()


numbers = st.lists(st.floats(-1e8, 1e8).map(lambda x: 0.0 if abs(x) < 1e-8 else x), min_size=1, max_size=60)


@given(numbers, st.sampled_from([0.0, 0.05, 0.5, 0.9, 1.0]))
def test_a_quantile_is_near_the_naive_one(values, q):
    s = Sketch((1,))
    s.add(np.array(values)[:, None])
    naive = np.sort(values)[int(np.floor(q * (len(values) - 1)))]
    assert s.quantile(q)[0] == pytest.approx(naive, rel=0.0101, abs=0)


@given(numbers, st.integers(0, 2**31))
def test_sketches_add_up_in_any_order(values, seed):
    values = np.array(values)[:, None]
    one, parts = Sketch((1,)), [Sketch((1,)) for _ in range(3)]
    one.add(values)
    for part, some in zip(parts, np.array_split(np.random.default_rng(seed).permutation(values), 3), strict=True):
        part.add(some)
    total = Sketch((1,))
    for part in parts:
        total.merge(part)
    assert (total.counts == one.counts).all()


def test_what_is_not_finite_is_left_out():
    s = Sketch((2,))
    s.add(np.array([[1.0, np.nan], [np.inf, np.nan]]))
    assert s.quantile(0.5)[0] == pytest.approx(1.0, rel=0.0101) and np.isnan(s.quantile(0.5)[1])
