"""The speed of the flow from POST to webhook, beside the plain pattern and the bare classifier."""
