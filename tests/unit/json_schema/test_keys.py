"""Descriptions and bounds of keys: read from docstrings, never over what a key says itself."""

from pydantic import BaseModel, ConfigDict, Field

from hepatica.json_schema import attribute_texts, bound_keys, describe_keys, one_of, sections, within


class Arm(BaseModel):
    """Arm.

    Attributes
    ----------
    low, high : float
        Cells at each
        infusion.
    unit : {"a", "b"}
    n : int
        In the docstring.
    """

    model_config = ConfigDict(json_schema_extra=describe_keys)
    low: float = 1.0
    high: float | None = None
    unit: str = "a"
    n: int = Field(default=1, description="of its own")


class Plain:
    """Docstring without sections."""


def test_texts_of_a_docstring():
    assert attribute_texts(Arm)["low"] == attribute_texts(Arm)["high"] == "Cells at each infusion."
    assert "unit" not in attribute_texts(Arm) and attribute_texts(Plain) == {}
    assert list(sections("One.\n\nAttributes\n----------\nx : int")) == ["", "Attributes"]


def test_a_key_keeps_its_own_description_and_takes_the_rest():
    keys = Arm.model_json_schema()["properties"]
    assert keys["low"]["description"] == "Cells at each infusion." and keys["n"]["description"] == "of its own"


def test_bounds_reach_the_number_beside_null():
    schema = Arm.model_json_schema()
    bound_keys(schema, {"low": (0.0, 1.0), "high": (2.0, float("inf"))})
    assert schema["properties"]["low"]["maximum"] == 1.0
    number, null = schema["properties"]["high"]["anyOf"]
    assert number == {"type": "number", "minimum": 2.0} and null == {"type": "null"}
    assert within((float("-inf"), 3.0)) == {"maximum": 3.0} and one_of({"a": 1, "b": 2}) == {"enum": ["a", "b"]}
