"""One subject: its file, its scans measured, what they say, and a folder that is watched for more.

In reading order: `scan_settings`, `entries`, `subject_file`; `regions`, `iron`, `pictures`, `scan`; `analysis`;
`ledger`, `watch`.
"""
