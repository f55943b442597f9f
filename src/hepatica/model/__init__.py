"""The mechanistic model: a language, its modules, and their assembly."""
