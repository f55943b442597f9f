"""Every sentence for a person, in English and Simplified Chinese, side by side in TOML files.

``words/<topic>.toml`` holds ``[key]`` with ``en`` and ``zh``; ``say("topic.key", "zh", n=3)`` fills in.
"""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files

from hepatica.errors import HepaticaError, InputError

LANGUAGES = ("en", "zh")


@functools.cache
def catalogue() -> dict[str, dict[str, str]]:
    """All sentences by "topic.key", then by language."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(files("hepatica.words").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            topic = file.name.removesuffix(".toml")
            for key, row in tomllib.loads(file.read_text(encoding="utf-8")).items():
                found[f"{topic}.{key}"] = row
    return found


def say(key: str, lang: str = "en", **values: object) -> str:
    """A sentence in a language, with its values filled in.

    Raises
    ------
    InputError
        If the language is unknown.
    HepaticaError
        If the sentence is missing.

    Examples
    --------
    >>> say("common.research_use", "en")
    'For research use. Not a medical device.'
    """
    if lang not in LANGUAGES:
        raise InputError("--lang", lang, f"one of {', '.join(LANGUAGES)}")
    try:
        text = catalogue()[key][lang]
    except KeyError:
        raise HepaticaError(
            f"words: '{key}' has no sentence in '{lang}'; add it to words/{key.split('.')[0]}.toml"
        ) from None
    return text.format(**values) if values else text
