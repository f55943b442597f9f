"""Catalogue of sentences for people, in English and Simplified Chinese, side by side in TOML files.

``words/<topic>.toml`` holds ``[key]`` with ``en`` and ``zh``; ``say("topic.key", "zh", n=3)`` fills in.
"""

from __future__ import annotations

import functools
import os
import pkgutil
import tomllib

from hepatica.errors import HepaticaError, InputError

LANGUAGES = ("en", "zh")
_preferred: list[str] = []


@functools.cache
def _topic(name: str) -> dict[str, dict[str, str]]:
    """Sentences of one file by key, then by language; a file is read when one of its sentences is first asked for."""
    try:
        data = pkgutil.get_data(__name__, f"{name}.toml")
    except OSError:
        data = None
    return tomllib.loads(data.decode("utf-8")) if data is not None else {}


def catalogue() -> dict[str, dict[str, str]]:
    """All sentences by "topic.key", then by language.

    Examples
    --------
    >>> sorted(catalogue()["cli.share"])
    ['en', 'zh']
    """
    from importlib.resources import files  # slow to import, and one sentence does without

    topics = sorted(f.name.removesuffix(".toml") for f in files(__name__).iterdir() if f.name.endswith(".toml"))
    return {f"{topic}.{key}": row for topic in topics for key, row in _topic(topic).items()}


def has(key: str) -> bool:
    """Presence of a sentence in the catalogue.

    Examples
    --------
    >>> has("cli.admit"), has("cli.nonsense")
    (True, False)
    """
    topic, _, name = key.partition(".")
    return name in _topic(topic)


def say(key: str, lang: str = "en", **values: object) -> str:
    """Sentence in a language, with its values filled in.

    Parameters
    ----------
    key : str
        ``"topic.key"``.
    lang : str
        One of `LANGUAGES`.
    **values : object
        What the blanks of the sentence take.

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
    topic, _, name = key.partition(".")
    try:
        text = _topic(topic)[name][lang]
    except KeyError:
        raise HepaticaError(f"words: '{key}' has no sentence in '{lang}'; add it to words/{topic}.toml") from None
    return text.format(**values) if values else text


def prefer_language(lang: str) -> None:
    """Set the language of sentences that no caller asked for, such as a warning of the engine."""
    _preferred[:] = [lang]


def preferred_language() -> str:
    """Language last set, else that of ``HEPATICA_LANG``, else English.

    Examples
    --------
    >>> preferred_language() in LANGUAGES
    True
    """
    lang = _preferred[0] if _preferred else os.environ.get("HEPATICA_LANG", "en")
    return lang if lang in LANGUAGES else "en"
