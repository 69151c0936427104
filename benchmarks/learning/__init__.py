"""How fast a site head learns what its newsroom rejects."""
