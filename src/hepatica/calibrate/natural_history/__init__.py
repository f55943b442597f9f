"""Untreated natural history: `intensity`, `courses`, `groups` and what their deaths teach the draws, `learn`."""
