"""The core: a newsroom's terms, rules and record of its comments."""
