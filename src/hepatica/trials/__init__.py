"""Virtual trials: dose finding, confirmatory designs and their analyses, one folder each."""
