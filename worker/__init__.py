"""RQ jobs: score comments, deliver webhooks, sweep up what was forgotten."""
