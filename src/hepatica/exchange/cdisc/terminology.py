"""Controlled terminology of study definitions, and instances of the model with identifiers of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

SYSTEM, SYSTEM_VERSION = "http://www.cdisc.org", "2024-09-27"
CODES = {
    "interventional": ("C98388", "Interventional Study"),
    "parallel": ("C82639", "Parallel Study"),
    "single_group": ("C82640", "Single Group Study"),
    "open": ("C49659", "Open Label Study"),
    "phase_2": ("C15601", "Phase II Trial"),
    "treatment": ("C49656", "Treatment Study"),
    "efficacy": ("C49666", "Efficacy Study"),
    "safety": ("C49667", "Safety Study"),
    "adaptive": ("C98704", "ADAPTIVE"),
    "investigational": ("C174266", "Investigational Arm"),
    "protocol_arm": ("C15538", "Protocol Treatment Arm"),
    "generated": ("C188866", "Data Generated Within Study"),
    "treatment_epoch": ("C101526", "Treatment Epoch"),
    "follow_up_epoch": ("C202578", "Follow-Up Epoch"),
    "visit": ("C25716", "Visit"),
    "primary_objective": ("C85826", "Primary Objective"),
    "secondary_objective": ("C85827", "Secondary Objective"),
    "primary_endpoint": ("C94496", "Primary Endpoint"),
    "secondary_endpoint": ("C139173", "Secondary Endpoint"),
    "inclusion": ("C25532", "Inclusion Criteria"),
    "exclusion": ("C25370", "Exclusion Criteria"),
    "title": ("C99905x2", "Official Study Title"),
    "sponsor": ("C70793", "Clinical Study Sponsor"),
    "experimental": ("C41161", "Experimental Intervention"),
    "substance": ("C1909", "Pharmacologic Substance"),
    "both": ("C49636", "Both"),
    "year": ("C29848", "Year"),
}
"""Controlled terminology that is used, code and decode, as in CDISC's published examples of version 4.0."""


@dataclass
class Maker:
    """Maker of instances, each with an identifier of its own within its class."""

    numbers: Counter[str] = field(default_factory=Counter)

    def make(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Instance of a class of the model."""
        self.numbers[kind] += 1
        return {"id": f"{kind}_{self.numbers[kind]}", **fields, "instanceType": kind}

    def code(self, name: str) -> dict[str, Any]:
        """Code of `CODES`."""
        code, decode = CODES[name]
        return self.make("Code", code=code, codeSystem=SYSTEM, codeSystemVersion=SYSTEM_VERSION, decode=decode)

    def alias(self, name: str) -> dict[str, Any]:
        """Code of `CODES`, as one that may have aliases."""
        return self.make("AliasCode", standardCode=self.code(name), standardCodeAliases=[])
