"""Untreated natural history: `intensity`, `moves`, `courses`, `fit`, `write_back`, `groups`, `learn`."""
