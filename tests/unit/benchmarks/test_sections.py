"""Sections of a page of results: each benchmark replaces its own."""

from sections import put_section, rewrite, sections

PAGE = "# Results\n\nOld table.\n"


def test_a_section_is_added_once_and_then_replaced():
    one = put_section(PAGE, "dose", "## Dose\n\n1 s")
    assert one.startswith(PAGE.rstrip()) and "1 s" in one
    two = put_section(one, "dose", "## Dose\n\n2 s")
    assert two == one.replace("1 s", "2 s") and list(sections(two)) == ["dose"]
    assert put_section(two, "dose", "## Dose\n\n2 s") == two


def test_other_sections_and_text_stay():
    page = put_section(put_section(PAGE, "a", "A"), "b", "B")
    page = page.replace("Old table.", "Old table, mended.") + "\nThe end.\n"
    changed = put_section(page, "a", "C")
    assert changed == page.replace("\nA\n", "\nC\n") and set(sections(changed)) == {"a", "b"}


def test_a_page_written_anew_keeps_what_others_put_there(tmp_path):
    path = tmp_path / "page.md"
    rewrite(path, PAGE)
    assert path.read_text() == PAGE
    path.write_text(put_section(PAGE, "dose", "2 s"))
    rewrite(path, "# Results\n\nNew table.\n")
    text = path.read_text()
    assert text.startswith("# Results\n\nNew table.\n") and "2 s" in text and "Old table" not in text
    rewrite(path, text)
    assert path.read_text() == text
