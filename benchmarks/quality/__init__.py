"""How well comments are scored, ours beside what newsrooms use today."""
