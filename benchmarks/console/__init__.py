"""How fast the console answers with a million comments behind it: a seeder, and what is measured on what it sows."""
