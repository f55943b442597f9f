"""Text of tables: encodings that hospitals write, and the error without a cell."""

import pytest

from hepatica.individual.readers.table_text import TableError, decode, read_bytes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "big5", "cp1252"])
def test_encodings(tmp_path, encoding):
    text = "id,Größe\n" if encoding == "cp1252" else "id,化驗\n"
    path = tmp_path / "made.csv"
    path.write_bytes(text.encode(encoding))
    assert decode(path.name, read_bytes(path), encoding) == text


def test_another_encoding_is_said_by_line_without_its_content():
    with pytest.raises(TableError, match=r"^made.csv, line 2: the text is not in big5; correct the mapping$") as caught:
        decode("made.csv", b"id\n\xff\xff,", "big5")
    assert (caught.value.where, caught.value.allowed) == ("made.csv, line 2", "correct the mapping")
