"""Report of virtual trials: cards and figures, a file for each kind of design."""
