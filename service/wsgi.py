"""The application that an HTTP server loads: `service.wsgi:app`."""

from __future__ import annotations

import gc

from moderation import dispatch, logs, settings
from moderation.dispatch import Dispatcher
from moderation.store.database import Database
from service.app import create
from service.versions import scorers


def _made() -> object:
    read = settings.read()
    logs.configure(as_json=read.wants_json_logs)
    database = Database(read.database_url)
    followed = scorers(read, database)
    followed.start()
    made = create(read, database, Dispatcher(dispatch.connect(read.redis_url)), followed)
    gc.collect()
    gc.freeze()  # what stands now stays; to look through it all again would hold a request up for a tenth of a second
    return made


app = _made()
