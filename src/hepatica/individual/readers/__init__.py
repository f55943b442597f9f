"""Readers and writers of people: one typed record from TOML, from CSV of any columns, and from FHIR Bundles.

In reading order: `refusal`, `days`, `lab_table` (``labs.toml``), `collect` (what every reader shares); `patient_toml`;
`table_text`, `csv_table`, `columns`, `mapping`, `tables` (cells, workbooks, joins), `suggestion`, `mapped_csv`; `fhir`;
`read` (any file), `describe`; `cohort_file` (people in one fixed layout), `cohort` (people in any).
"""
