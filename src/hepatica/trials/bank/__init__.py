"""Bank of potential outcomes: what is simulated (`plan`), blocks that are resumed (`build`), arrays (`outcomes`)."""
