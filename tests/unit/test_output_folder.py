"""Folders of results: one run at a time, all of its files or none."""

import contextlib
import json
import os
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from hepatica import output_folder
from hepatica.errors import InputError
from hepatica.files import STAGING, write_text
from hepatica.output_folder import claim


def visible(folder):
    return {p.name: p.read_text() for p in folder.iterdir() if not p.name.startswith(".")}


def publish(folder, files, kind="dose"):
    with claim(folder, kind) as output:
        for name, text in files.items():
            write_text(output.staging / name, text)
        return output.publish()


def in_process(folder, body):
    script = f"""
import os, sys
from pathlib import Path
from hepatica import output_folder
from hepatica.files import STAGING, write_text
from hepatica.output_folder import claim
folder = Path({str(folder)!r})
{textwrap.dedent(body)}
"""
    return [sys.executable, "-c", script]


def test_files_appear_together_when_they_are_published(tmp_path):
    folder = tmp_path / "deep" / "report"
    with claim(folder, "dose") as output:
        write_text(output.staging / "a", "1")
        assert visible(folder) == {}
        assert output.publish() == [folder / "a"]
        assert visible(folder) == {"a": "1"}


def test_a_run_that_stops_leaves_all_of_the_last_one(tmp_path):
    publish(tmp_path, {"a": "1", "b": "1"})
    with pytest.raises(KeyboardInterrupt), claim(tmp_path, "dose") as output:
        write_text(output.staging / "a", "2")
        raise KeyboardInterrupt
    assert visible(tmp_path) == {"a": "1", "b": "1"}
    assert sorted(os.listdir(tmp_path)) == [output_folder.PUBLISHED, "a", "b"]


def test_what_today_did_not_write_is_no_longer_there_but_the_files_of_others_are(tmp_path):
    write_text(tmp_path / "mine", "0")
    publish(tmp_path, {"a": "1", "cells": "1"})
    publish(tmp_path, {"influence": "1"}, "sensitivity")
    publish(tmp_path, {"a": "2"})
    assert visible(tmp_path) == {"mine": "0", "influence": "1", "a": "2"}


def test_folders_are_replaced_as_one(tmp_path):
    publish(tmp_path, {"courses/old": "1", "x": "1"})
    publish(tmp_path, {"courses/new": "2", "x": "2"})
    assert os.listdir(tmp_path / "courses") == ["new"] and (tmp_path / "x").read_text() == "2"


def test_a_second_run_is_refused_with_the_folder_and_the_process(tmp_path):
    with claim(tmp_path, "dose"):
        with pytest.raises(InputError) as refused, claim(tmp_path, "sensitivity"):
            pass
        assert str(tmp_path) in str(refused.value)
        assert os.name != "posix" or f"process {os.getpid()} is" in str(refused.value)
        with pytest.raises(InputError), claim(tmp_path, "dose"):
            pass  # the refused run has not taken the lock away
    publish(tmp_path, {"a": "1"})


def test_the_claim_of_a_killed_process_counts_no_more_and_its_files_are_removed(tmp_path):
    body = """
        with claim(folder, "dose") as output:
            write_text(output.staging / "a", "half")
            os._exit(9)
    """
    assert subprocess.run(in_process(tmp_path, body), check=False).returncode == 9
    left = os.listdir(tmp_path)
    assert output_folder.LOCK in left and any(name.startswith(STAGING) for name in left)
    publish(tmp_path, {"b": "1"})
    assert sorted(os.listdir(tmp_path)) == [output_folder.PUBLISHED, "b"]


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_kill_while_files_move_is_completed_by_the_next_claim(tmp_path, moved):
    publish(tmp_path, {"a": "1", "b": "1", "old": "1"})
    body = f"""
        moves, replace = [0], Path.replace
        def counted(self, target):
            if moves[0] == {moved}:
                os._exit(9)
            moves[0] += 1
            return replace(self, target)
        with claim(folder, "dose") as output:
            for name in "abc":
                write_text(output.staging / name, "2")
            Path.replace = counted
            output.publish()
    """
    assert subprocess.run(in_process(tmp_path, body), check=False).returncode == 9
    with pytest.raises(RuntimeError), claim(tmp_path, "sensitivity"):
        raise RuntimeError
    assert visible(tmp_path) == {"a": "2", "b": "2", "c": "2"}
    assert json.loads((tmp_path / output_folder.PUBLISHED).read_text()) == {"dose": ["a", "b", "c"]}


@pytest.mark.parametrize("record", ["[", "[]", '{"dose": 3}', '{"dose": ["../kept", "a"]}'])
def test_a_damaged_record_of_what_was_published_harms_nothing(tmp_path, record):
    write_text(tmp_path / "kept", "1")
    folder = tmp_path / "report"
    publish(folder, {"a": "1"})
    write_text(folder / output_folder.PUBLISHED, record)
    publish(folder, {"b": "1"})
    assert (folder / "b").exists() and (tmp_path / "kept").exists()


def test_runs_at_once_do_not_mix_their_files(tmp_path):
    body = """
        from hepatica.errors import InputError
        import time
        for _ in range(40):
            try:
                with claim(folder, "dose") as output:
                    for name in "abc":
                        write_text(output.staging / name, sys.argv[1])
                    output.publish()
                    made = {(folder / name).read_text() for name in "abc"}
                    assert made == {sys.argv[1]}, made
            except InputError:
                time.sleep(0.001)
    """
    runs = [subprocess.Popen([*in_process(tmp_path, body), str(k)]) for k in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert len(set(visible(tmp_path).values())) == 1


def test_a_place_that_cannot_be_written_is_said_before_the_work(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="a place that can be written"), claim(tmp_path / "file" / "x", "dose"):
        pass


def test_a_full_disk_while_files_are_written_is_said(tmp_path):
    with pytest.raises(InputError, match="a place with room"), claim(tmp_path / "new", "dose"):
        raise OSError(28, "No space left on device")
    assert os.listdir(tmp_path) == []


def test_a_write_that_was_under_way_when_another_failed_leaves_nothing(tmp_path):
    """As a store of chunks does, whose threads go on for a moment after the error of one."""

    def go_on(place):
        end = time.monotonic() + 0.15
        while time.monotonic() < end:
            with contextlib.suppress(FileNotFoundError):  # the folder may go between the two
                place.mkdir(parents=True, exist_ok=True)
                (place / "chunk").write_text("1")

    with pytest.raises(InputError, match="a place with room"), claim(tmp_path / "new", "dose") as output:
        writer = threading.Thread(target=go_on, args=(output.staging / "store",))
        writer.start()
        raise OSError(28, "No space left on device")
    writer.join()
    assert os.listdir(tmp_path) == []


def test_other_errors_pass(tmp_path):
    with pytest.raises(FileNotFoundError), claim(tmp_path, "dose"):
        raise FileNotFoundError(2, "no")


SMALL = """
title = "t"
patients = 4
draws = 4
horizon = "8 d"
grid = { dose = ["1e6 cells/kg"], infusions = [1] }
"""
COMMANDS = {
    "dose": ["dose", "STUDY", "--out", "OUT"],
    "simulate": ["simulate", "STUDY", "--out", "OUT/x.nc"],
    "ensemble": ["ensemble", "STUDY", "--patients", "40", "--out", "OUT"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_where_no_more_can_be_written_a_command_ends_in_one_sentence_and_leaves_no_file(tmp_path, command):
    """No file may pass 4 KiB, as on a full disk: HDF5 ended the process with a segmentation fault."""
    study, out = tmp_path / "study.toml", tmp_path / "out"
    study.write_text(SMALL, encoding="utf-8")
    arguments = [c.replace("STUDY", str(study)).replace("OUT", str(out)) for c in command]
    body = f"""
        import resource
        from hepatica.__main__ import main
        from hepatica.engine import shipped_system
        shipped_system()  # compiled and kept before there is no room
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        sys.argv = ["hepatica", *{arguments!r}]
        main()
    """
    done = subprocess.run(in_process(tmp_path, body), capture_output=True, check=False, text=True)
    assert done.returncode == 2 and "a place with room" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr and "should not" not in done.stderr
    assert STAGING not in done.stderr  # the place is where the file was to be
    assert not out.exists() or os.listdir(out) == []
