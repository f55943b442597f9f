"""Report of a therapeutic window: names, sentences, figures, cards and page."""
