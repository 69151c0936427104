"""The shipped suite: short comments in our own words that any version should tell apart."""
