"""Population files of the user's own: read on top of a shipped one, and every fault in one sentence."""

import pytest

from hepatica.errors import InputError
from hepatica.patients import load_population
from hepatica.patients.population_file import MAX_FILE_BYTES, is_own

OWN = 'key = "mine"\nlike = "hbv_aclf"\ntitle = "Mine"\ntitle_zh = "我的"\n'


def test_what_it_does_not_state_is_that_of_the_one_it_is_like(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(OWN + "background_years = 3.0\n", encoding="utf-8")
    own, like = load_population(str(path)), load_population("hbv_aclf")
    assert (own.key, own.background_years, own.aliases) == ("mine", 3.0, None)
    assert own.covariate == like.covariate and own.inclusion == like.inclusion
    assert is_own(str(path)) and not is_own("hbv_aclf")


@pytest.mark.parametrize(
    "content, says",
    [
        (b"\xff\xfe", "valid TOML in UTF-8"),
        (b"key = ", "valid TOML"),
        (b'title = "t"', "key: got None"),
        (b'key = "hbv_aclf"', "which no population that ships has"),
        (b'key = "My Ward"', "small letters"),
        (b'key = "mine"\nlike = "nobody"', "like: got 'nobody'; one of"),
        (b'key = "mine"\nlike = 3', "like: got 3"),
        (b'key = "mine"', "this key is required"),
        (OWN.encode() + b"nonsense = 1", "nonsense: got 1; a known key"),
        (OWN.encode() + b"background_years = -1.0", "background_years: got -1.0"),
        (OWN.encode() + b"[fitted.alt_content]\nvalue = 1.0\nreason = 'r'", "constant of human biology"),
        (b"#" * (MAX_FILE_BYTES + 1), "at most 1048576 bytes"),
    ],
)
def test_a_faulty_file_is_one_sentence(tmp_path, content, says):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says) as error:
        load_population(str(path))
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="a file that can be read"):
        load_population(str(tmp_path / "nothing.toml"))
