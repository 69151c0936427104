"""The application that an HTTP server loads: `service.wsgi:app`."""

from __future__ import annotations

from models import scorer
from moderation import dispatch, logs, settings
from moderation.dispatch import Dispatcher
from moderation.store.database import Database
from service.app import create


def _made() -> object:
    read = settings.read()
    logs.configure(as_json=read.wants_json_logs)
    champion = scorer.load(mode=scorer.mode(read.scoring))
    return create(read, Database(read.database_url), Dispatcher(dispatch.connect(read.redis_url)), champion)


app = _made()
