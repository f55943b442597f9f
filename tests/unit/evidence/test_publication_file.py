"""Files of publications: keys are file names, text is read by its kind, faults are one sentence."""

import pytest

from hepatica.errors import InputError
from hepatica.evidence import indirect, publications
from hepatica.evidence.arms import Arm
from hepatica.evidence.check import check
from hepatica.evidence.findings import Finding
from hepatica.evidence.observations import Observation, Row
from hepatica.evidence.publication_file import read_publication, shipped_keys, shipped_text, template


class Small(Row):
    key: str
    n: int = 0


@pytest.mark.parametrize("folder, kind", [("publications", publications), ("indirect", indirect)])
def test_every_file_of_a_folder_is_a_key(folder, kind):
    keys = shipped_keys(folder)
    assert keys == kind.keys() == tuple(sorted(keys)) and len(set(keys)) == len(keys) > 20
    assert f'key = "{keys[0]}"' in shipped_text(folder, keys[0], keys)


def test_an_unknown_key_is_refused_with_those_there_are():
    with pytest.raises(InputError, match="'c'; use one of a, b"):
        shipped_text("publications", "c", ("a", "b"))


def test_text_is_read_as_its_kind_or_refused_by_place():
    assert read_publication(Small, 'key = "a"\nn = 3', "a.toml") == Small(key="a", n=3)
    with pytest.raises(InputError, match=r"^a\.toml: .*write valid TOML"):
        read_publication(Small, "key = ", "a.toml")
    with pytest.raises(InputError, match=r"^a\.toml n: got 'many'"):
        read_publication(Small, 'key = "a"\nn = "many"', "a.toml")
    with pytest.raises(InputError, match=r"^a\.toml more: got 1"):
        read_publication(Small, 'key = "a"\nmore = 1', "a.toml")


def test_the_template_is_in_order_and_names_every_key():
    text = template()
    found = check(text, "template.toml")
    assert found.faults == () and found.warnings == ()
    rows = (Arm, Observation, Finding)
    unnamed = {name for row in rows for name in row.model_fields if name not in text}
    assert unnamed <= {"subset_of", "co_treatment", "usable", "q1", "q3", "p_low", "p"}
