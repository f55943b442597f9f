"""Supply of a cell product: donors and their pooling, doses and cost of a donor, stock and expiry of a clinic."""
