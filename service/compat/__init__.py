"""Other services' routes: their clients work against Ombuds as they are."""
