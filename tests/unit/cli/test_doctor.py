"""hepatica doctor: what it says of the installation."""

import json
import platform

from hepatica import __version__
from hepatica.engine.cache import cache_folder
from hepatica.engine.compile import find_compiler


def test_the_installation_is_described(hepatica):
    code, out, _ = hepatica("doctor", "--json")
    told = json.loads(out)
    assert code == 0 and told["engine"] == ("compiled" if find_compiler() else "reference")
    assert told["hepatica"] == __version__ and told["python"] == platform.python_version()
    assert told["cache"] == str(cache_folder()) and told["cores"] >= 1
    assert platform.python_version() in hepatica("doctor")[1]


def test_a_missing_compiler_is_said_with_its_remedy(hepatica, monkeypatch):
    monkeypatch.setattr("hepatica.engine.compile.find_compiler", lambda: None)
    code, out, _ = hepatica("doctor")
    assert code == 0 and "hepatica[zig]" in " ".join(out.split()) and "reference" in out
