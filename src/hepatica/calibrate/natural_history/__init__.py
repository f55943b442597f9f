"""Natural history of the untreated: `targets`, `intensity`, `groups`, `moves`, `courses`, `fit`, `write_back`."""
