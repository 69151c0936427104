"""The command line, a group a noun."""
