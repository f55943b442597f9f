"""Reports: cards for terminal and notebook, one HTML file, tables in the same folder; nothing is computed here."""

from hepatica.report.dose.cards import cards
from hepatica.report.dose.tables import write_tables
from hepatica.report.page import write_report

__all__ = ["cards", "write_report", "write_tables"]
