"""Trial as one object: expressions over baseline (`expressions`), estimand, design tables, the checked trial."""
