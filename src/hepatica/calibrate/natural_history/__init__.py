"""Untreated natural history: `targets`, `intensity`, `moves`, `courses`, `fit`, `write_back`, `groups`, `learn`."""
