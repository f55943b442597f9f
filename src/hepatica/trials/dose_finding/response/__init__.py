"""Dose finding by toxicity and response together.

In reading order: `utility`, `boin12`, `uboin`.
"""
