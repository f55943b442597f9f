"""Files are written whole or not at all."""

import json
import math
import os
import stat
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hepatica.errors import InputError
from hepatica.files import (
    to_json,
    write_array,
    write_csv,
    write_json,
    write_netcdf,
    write_parquet,
    write_table,
    write_text,
    write_whole,
)


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "deep" / "er" / "x.txt"
    assert write_whole(path, lambda p: p.write_text("one")) == path
    write_whole(path, lambda p: p.write_text("two"))
    assert path.read_text() == "two" and os.listdir(path.parent) == ["x.txt"]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), RuntimeError("half")])
def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path, error):
    path = tmp_path / "x.txt"
    path.write_text("before")

    def fail(p):
        p.write_text("half")
        raise error

    with pytest.raises(type(error)):
        write_whole(path, fail)
    assert path.read_text() == "before" and os.listdir(tmp_path) == ["x.txt"]


def test_a_full_disk_is_said_in_one_sentence_and_leaves_nothing(tmp_path):
    def full(p):
        p.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left on device"):
        write_whole(tmp_path / "x.txt", full)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_a_file_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="output: got .*file"):
        write_whole(tmp_path / "file" / "x.txt", lambda p: p.write_text(""))
    assert os.listdir(tmp_path) == ["file"]


def test_a_target_that_is_a_folder_is_said(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(InputError, match="output"):
        write_whole(tmp_path / "x", lambda p: p.write_text(""))
    assert os.listdir(tmp_path) == ["x"] and os.listdir(tmp_path / "x") == []


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_mode_follows_the_umask(tmp_path, mask):
    before = os.umask(mask)
    try:
        path = write_whole(tmp_path / "x", lambda p: p.write_text(""))
    finally:
        os.umask(before)
    assert sys.platform == "win32" or stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_tables_come_back(tmp_path):
    frame = pd.DataFrame({"arm": ["a", "b"], "gain": [1.5, float("nan")], "dose": [1e6, 2e6]})
    csv, parquet = write_table(frame, tmp_path / "t")
    pd.testing.assert_frame_equal(pd.read_csv(csv), frame)
    pd.testing.assert_frame_equal(pd.read_parquet(parquet), frame)
    assert sorted(os.listdir(tmp_path)) == ["t.csv", "t.parquet"]


def test_a_stem_with_a_dot_keeps_its_name(tmp_path):
    csv, parquet = write_table(pd.DataFrame({"x": [1]}), tmp_path / "dose.1e6")
    assert csv.name == "dose.1e6.csv" and parquet.name == "dose.1e6.parquet"


def leave_temporary(path, code="os.kill(os.getpid(), 9)"):
    """Write to `path` in a process that kills itself half way."""
    script = f"""
        import os
        from pathlib import Path
        from hepatica.files import write_whole

        def write(p):
            p.write_text("half")
            {code}

        write_whole(Path({str(path)!r}), write)
    """
    return subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=False)


def test_what_a_kill_leaves_is_removed_by_the_next_write_of_the_same_file(tmp_path):
    leave_temporary(tmp_path / "x.csv")
    left = [name for name in os.listdir(tmp_path) if name != "x.csv"]
    assert len(left) == 1 and left[0].startswith(".x.csv.") and left[0].endswith(".partial.csv")
    write_text(tmp_path / "y.csv", "")
    assert left[0] in os.listdir(tmp_path)
    write_text(tmp_path / "x.csv", "1")
    assert sorted(os.listdir(tmp_path)) == ["x.csv", "y.csv"]


def test_only_temporaries_of_its_own_form_from_dead_processes_of_this_machine_are_removed(tmp_path):
    def leave(p):
        p.write_text("")
        names.append(p.name)

    names = []
    write_whole(tmp_path / "x.csv", leave)
    own = names[0]
    others = [
        own.replace(f"-{os.getpid()}-", "-1-"),  # a living process
        own.replace(own.split(".")[3].split("-")[0], "elsewhere"),  # of another machine
        ".x.csv.mine.partial.csv",
        ".x.csv.swp",
    ]
    for name in [own, *others]:
        (tmp_path / name).write_text("")
    write_text(tmp_path / "x.csv", "1")
    assert {own, *others} <= set(os.listdir(tmp_path))  # this very process is not dead either


def test_the_room_that_is_left_is_said(tmp_path):
    def full(p):
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"a place with room \(No space left on device; free there: [0-9.]+ MB\)"):
        write_whole(tmp_path / "x", full)


NETCDF = """
    import numpy as np, xarray as xr
    value = xr.Dataset({f"v{i}": (("a", "b"), np.random.default_rng(i).normal(size=(300, 200))) for i in range(4)})
    write = files.write_netcdf
"""
ARRAY = "import numpy as np; value = np.random.default_rng(0).normal(size=300_000); write = files.write_array"
FRAME = """
    import numpy as np, pandas as pd
    value = pd.DataFrame({"x": np.random.default_rng(0).normal(size=300_000)})
    write = files.write_{kind}
"""
TEXT = "value = 'x' * 2_000_000; write = files.write_text"


@pytest.mark.parametrize(
    "make", [NETCDF, ARRAY, FRAME.replace("{kind}", "csv"), FRAME.replace("{kind}", "parquet"), TEXT]
)
def test_where_no_more_can_be_written_every_kind_of_file_is_refused_in_one_sentence(tmp_path, make):
    """A limit of 1 MiB a file stands for a full disk: HDF5 ended the process with a segmentation fault in both."""
    script = f"""
import resource
from pathlib import Path
from hepatica import files
from hepatica.errors import InputError
{textwrap.dedent(make)}
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    write(Path({str(tmp_path / "x")!r}), value)
except InputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)
    assert done.returncode == 0 and done.stderr == ""
    assert "a place with room" in done.stdout and done.stdout.count("\n") == 1
    assert os.listdir(tmp_path) == []


@dataclass(frozen=True)
class Given:
    dose: float
    place: Path


def test_json_says_null_where_there_is_no_number_and_keeps_the_order_of_keys(tmp_path):
    value = {
        "z": float("nan"),
        "a": np.float64("inf"),
        "n": np.int64(3),
        "yes": np.bool_(True),
        "list": np.array([1.5, np.nan]),
        "across": np.arange(6.0).reshape(2, 3).T,
        "given": Given(1e6, Path("a/b")),
        "names": {"b", "a"},
        7: None,
        "肝": "肝",
    }
    text = write_json(tmp_path / "x.json", value).read_text(encoding="utf-8")
    found = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert found == {
        "z": None,
        "a": None,
        "n": 3,
        "yes": True,
        "list": [1.5, None],
        "across": [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]],
        "given": {"dose": 1e6, "place": "a/b"},
        "names": ["a", "b"],
        "7": None,
        "肝": "肝",
    }
    assert list(found) == [str(k) for k in value] and "肝" in text and text.endswith("}\n")


def test_json_keeps_every_digit():
    numbers = [0.1 + 0.2, math.pi, 1e-300, 123456789.123456789, 5e-324]
    assert json.loads(to_json(numbers)) == numbers


def test_json_refuses_what_has_none():
    with pytest.raises(TypeError):
        to_json({"x": object()})


def test_arrays_datasets_and_tables_come_back(tmp_path):
    values = np.random.default_rng(1).normal(size=(3, 4))
    np.testing.assert_array_equal(np.load(write_array(tmp_path / "a.npy", values)), values)
    ds = xr.Dataset({"x": (("a", "b"), values)}, attrs={"seed": 1})
    with xr.open_dataset(write_netcdf(tmp_path / "x.nc", ds), engine="h5netcdf") as back:
        xr.testing.assert_identical(back.load(), ds)
    packed = write_netcdf(tmp_path / "y.nc", ds, {"x": {"dtype": "float32"}})
    with xr.open_dataset(packed, engine="h5netcdf") as back:
        np.testing.assert_array_equal(back["x"].values, values.astype(np.float32))
    frame = pd.DataFrame({"x": values[0]})
    pd.testing.assert_frame_equal(pd.read_csv(write_csv(tmp_path / "f.csv", frame)), frame)
    frame.attrs["provenance"] = {"seed": 1, "of": ["a", "b"]}
    back = pd.read_parquet(write_parquet(tmp_path / "f.parquet", frame, "zstd"))
    pd.testing.assert_frame_equal(back, frame)
    assert back.attrs == frame.attrs == {"provenance": {"seed": 1, "of": ["a", "b"]}}


def test_the_bytes_of_a_dataset_are_the_same_each_time(tmp_path):
    ds = xr.Dataset({"x": (("a",), np.arange(5.0))})
    assert write_netcdf(tmp_path / "x.nc", ds).read_bytes() == write_netcdf(tmp_path / "y.nc", ds).read_bytes()


def test_text_keeps_its_line_ends(tmp_path):
    assert write_text(tmp_path / "x", "a\nb\r\n").read_bytes() == b"a\nb\r\n"
