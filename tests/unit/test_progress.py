"""Progress: stages can be renamed on the way, and every caller may do without a receiver."""

from hepatica.progress import ignore_progress, staged


def test_a_stage_is_renamed_and_its_counts_are_kept():
    reports = []
    renamed = staged(lambda *report: reports.append(report), "lung_only")
    renamed("solve", 3, 10)
    staged(renamed, "bank")("solve", 10, 10)
    assert reports == [("lung_only", 3, 10), ("lung_only", 10, 10)]


def test_nothing_happens_where_nobody_listens():
    assert ignore_progress("solve", 0, 1) is None
