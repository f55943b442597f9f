"""The report of an answer: cards for terminal and notebook, one HTML file, tables beside it."""

from hepatica.report.cards import cards
from hepatica.report.html import write_report
from hepatica.report.tables import write_tables

__all__ = ["cards", "write_report", "write_tables"]
