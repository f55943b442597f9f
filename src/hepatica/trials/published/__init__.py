"""Published trials as they were done, one TOML file each, with what they reported."""
