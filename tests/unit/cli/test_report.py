"""hepatica report: the same page again, in either language, without running."""


def test_a_saved_answer_is_drawn_again(few_cards, hepatica, small, study, tmp_path):
    fewer = [word.replace("=40", "=4").replace("90 d", "22 d") for word in small]
    code, _, err = hepatica("dose", study, *fewer, "--out", tmp_path / "r")
    assert code == 0, err
    first = (tmp_path / "r" / "report.html").read_bytes()
    code, out, _ = hepatica("report", tmp_path / "r", "--out", tmp_path / "again")
    assert code == 0 and "research use" in out and (tmp_path / "again" / "report.html").read_bytes() == first
    code, out, _ = hepatica("report", tmp_path / "r" / "answer.hepatica", "--lang", "zh")
    assert code == 0 and 'lang="zh-Hans"' in (tmp_path / "r-zh" / "report.html").read_text(encoding="utf-8")
    (tmp_path / "r" / "answer.hepatica").write_bytes(b"hello")
    code, _, err = hepatica("report", tmp_path / "r")
    assert code == 2 and "damaged" in err and len(err.strip().splitlines()) == 1
