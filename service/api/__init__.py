"""The native API, `/v1`: a module a noun."""
