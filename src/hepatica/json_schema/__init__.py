"""JSON Schema of files that people write: descriptions, names and bounds of their keys."""

from hepatica.json_schema.keys import attribute_texts, bound_keys, describe_keys, one_of, sections, within

__all__ = ["attribute_texts", "bound_keys", "describe_keys", "one_of", "sections", "within"]
