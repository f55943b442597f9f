"""Interface of the kernel: what Python declares is what C compiles."""

import ctypes
import subprocess

import pytest

from hepatica.engine import compile
from hepatica.engine.interface import MAX_CROSSINGS, Batch, EventKind, Status, c_header


def test_codes_of_both_sides_are_equal():
    header = c_header()
    for member in Status:
        assert f"STATUS_{member.name} = {member.value}" in header and member.label
    for member in EventKind:
        assert f"EVENT_{member.name} = {member.value}" in header
    assert f"CROSSINGS = {MAX_CROSSINGS} " in header


def test_c_lays_the_batch_out_as_python_does(tmp_path):
    """Offsets and size as the compiler sees them."""
    names = [name for name, _ in Batch._fields_]
    rows = "".join(f'printf("%zu ", offsetof(Batch, {name}));' for name in names)
    (tmp_path / "interface.h").write_text(c_header())
    (tmp_path / "x.c").write_text(
        '#include <stddef.h>\n#include <stdio.h>\n#include "interface.h"\n'
        f'int main(void) {{ {rows} printf("%zu", sizeof(Batch)); return 0; }}\n'
    )
    subprocess.run([*compile.find_compiler(), "x.c", "-o", "x"], cwd=tmp_path, check=True)
    printed = subprocess.run([tmp_path / "x"], capture_output=True, text=True, check=True).stdout.split()
    assert [int(x) for x in printed] == [*(getattr(Batch, name).offset for name in names), ctypes.sizeof(Batch)]


def test_kernel_names_no_code_as_a_number():
    text = compile._text("kernel.c")
    assert "STATUS_STEP_TOO_SMALL" in text and "CROSSINGS =" not in text and "} Batch;" not in text


@pytest.mark.parametrize("status", Status)
def test_a_status_has_words(status):
    assert status.label and status.label[0].islower()
