"""Model-based dose finding: the continual reassessment method and escalation with overdose control.

In reading order: `working_models`, `posterior`, `skeleton`, `sensitivity`, `crm`, `sample_size`, `ewoc`.
"""
