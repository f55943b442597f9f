"""Cells of numbers as programs and laboratories print them, brought to a decimal point and no marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_GROUPED = {mark: re.compile(rf"[<>=≤≥\s]*[-+]?\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+(?!\d)") for mark in ".,' "}
_DIGITS = "0123456789 "


@dataclass(frozen=True)
class CellFormat:
    """Marks in cells of numbers.

    Attributes
    ----------
    decimal, thousands : str
        ``.`` or ``,``; and what stands between thousands, if anything.
    flags : sequence of str
        Marks that a laboratory sets before or after a value, such as ``H``, ``*`` or ``↑``; they are taken off.
    """

    decimal: str = "."
    thousands: str = ""
    flags: Sequence[str] = field(default=())

    def plain(self, cell: str) -> str:
        """Cell with a decimal point, nothing between thousands, and no flags.

        Examples
        --------
        >>> CellFormat(",", ".", ["H", "*"]).plain("* 1.342,5 H"), CellFormat(flags=["↑"]).plain("12.3↑")
        ('1342.5', '12.3')
        """
        cell = self._without_flags(cell)
        if self.thousands and self.thousands != self.decimal and (number := _GROUPED[self.thousands].match(cell)):
            cell = number[0].replace(self.thousands, "") + cell[number.end() :]
        if self.decimal == "," and "." not in cell and cell.count(",") == 1:
            return cell.replace(",", ".")
        return cell

    def _without_flags(self, cell: str) -> str:
        """Cell without flags at its ends or between number and unit; a letter counts only beside a digit or space."""
        cell = self._without_inner_flag(cell.strip())
        for _ in range(len(cell)):
            flag = next((f for f in self.flags if f and (_ends(cell, f) or _begins(cell, f))), None)
            if flag is None:
                return cell
            cell = (cell[: -len(flag)] if _ends(cell, flag) else cell[len(flag) :]).strip()
        return cell

    def _without_inner_flag(self, cell: str) -> str:
        """Cell without a flag that stands between its number and its unit, as in ``1.2 H mg/dL``."""
        marks = "|".join(re.escape(f) for f in sorted(self.flags, key=len, reverse=True) if f)
        between = re.fullmatch(rf"(.*\d)\s*(?:{marks})\s+(\S.*)", cell) if marks else None
        return f"{between[1]} {between[2]}" if between else cell


def _ends(cell: str, flag: str) -> bool:
    before = cell[: -len(flag)]
    return cell.endswith(flag) and bool(before) and (not flag[0].isalpha() or not before[-1].strip(_DIGITS))


def _begins(cell: str, flag: str) -> bool:
    after = cell[len(flag) :]
    return cell.startswith(flag) and bool(after) and (not flag[-1].isalpha() or not after[0].strip(_DIGITS + "<>=."))
