"""Files of the user's: publications and leave-one-out posteriors."""

from importlib.resources import files

import pytest

from hepatica.api.sources import read_leave_one_out, read_publication
from hepatica.errors import InputError
from hepatica.evidence import load
from hepatica.patients import posterior


def test_a_publication_is_read(tmp_path):
    text = (files("hepatica.evidence") / "publications" / "lin2017.toml").read_text(encoding="utf-8")
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    assert read_publication(path) == load("lin2017")


@pytest.mark.parametrize(
    "content, reason", [(None, r"can be read \(No such file or directory\)$"), (b"\xff\xfe", "in UTF-8$")]
)
def test_a_publication_that_cannot_be_read_is_refused(tmp_path, content, reason):
    path = tmp_path / "p.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        read_publication(path)


def test_posteriors_are_read_by_the_publication_that_they_lack(tmp_path):
    draws = posterior()
    draws.write(tmp_path / "lin2017.parquet")
    assert set(read_leave_one_out(tmp_path, [load("lin2017"), load("zekri2015")])) == {"lin2017"}
    with pytest.raises(InputError, match="--leave-out"):
        read_leave_one_out(tmp_path, [load("zekri2015")])
