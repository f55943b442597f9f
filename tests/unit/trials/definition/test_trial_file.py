"""Trial files: bad input of each kind is one sentence, the template is a trial."""

from importlib.resources import as_file, files

import pytest

from hepatica.errors import InputError
from hepatica.trials.definition.trial_file import check_trial, load_trial


def test_template_is_a_trial():
    with as_file(files("hepatica") / "trial.template.toml") as path:
        trial = load_trial(path)
    assert trial.patients == 200 and len(trial.look) == 2 and trial.primary.name == "death"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "hepatica trial init"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"title = ", "reading stopped"),
        (b"a = " + b"[" * 5000, "TOML"),
        (b"#" * (1 << 21), "bytes"),
        (b"titel = 'x'", "titel"),
        (b"title = 'x'", "required"),
    ],
)
def test_bad_files_are_one_sentence(tmp_path, content, says):
    path = tmp_path / "trial.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=says) as error:
        load_trial(path)
    assert "\n" not in str(error.value)


def test_a_wrong_key_of_a_table_names_its_place(make_trial):
    with pytest.raises(InputError, match=r"arm\.2\.dosis.*known key.*infusions"):
        make_trial(arm=[{"name": "care"}, {"name": "cells", "dosis": 3}])
    with pytest.raises(InputError, match=r"analysis\.alpha"):
        make_trial(analysis={"alpha": 2})
    with pytest.raises(InputError):
        check_trial({1: 2})
