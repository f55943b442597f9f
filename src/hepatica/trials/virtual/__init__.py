"""Virtual trials on a bank: random streams, conduct, endpoints, looks, operating characteristics."""
