"""CDISC: transport files (`xpt`), Dataset-JSON, SDTM and ADaM of a simulated trial, and its USDM study definition."""
