"""What the HTTP server loads for the plain pattern."""

from benchmarks.flow.plain import application

app = application()
