"""HTTP and the command line: how people and sites reach the core."""
