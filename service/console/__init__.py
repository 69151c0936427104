"""The moderators' console: pages behind a session, drawn on the server."""
