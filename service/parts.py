"""What the service is made of, and how a view gets at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flask import Flask, current_app

from moderation.dispatch import Dispatcher
from moderation.domain import Scorer
from moderation.scorers import Scorers
from moderation.settings import Settings
from moderation.store.database import Database
from service.compat.answers import Answers
from service.compat.guesses import Guesses
from service.compat.keeping import Keeping
from service.compat.known import Known
from service.compat.usage import Usage
from service.keyring import Keyring
from service.quotas import Quotas
from service.waiting import Waiting

_NAME = "ombuds"


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that views need."""

    settings: Settings
    database: Database
    dispatcher: Dispatcher
    scorers: Scorers
    quotas: Quotas
    waiting: Waiting
    keyring: Keyring = field(default_factory=Keyring)
    known: Known = field(init=False)
    answers: Answers = field(init=False)
    keeping: Keeping = field(init=False)
    guesses: Guesses = field(init=False)
    usage: Usage = field(init=False)

    def __post_init__(self) -> None:
        """Put together what is made of the other parts."""
        object.__setattr__(self, "known", Known(self.database, self.settings.secret))
        object.__setattr__(self, "answers", Answers(self.known.guidelines, self.scorer_of))
        object.__setattr__(self, "keeping", Keeping(self.database))
        object.__setattr__(self, "guesses", Guesses(self.dispatcher.redis, self.settings.secret))
        object.__setattr__(self, "usage", Usage(self.dispatcher.redis))

    def scorer_of(self, site_id: int) -> Scorer:
        """Give the champion that decides for a site."""
        return self.scorers.of(site_id)


def attach(app: Flask, made: Parts) -> None:
    """Give an app its parts."""
    app.extensions[_NAME] = made


def parts() -> Parts:
    """Find the parts of the app that answers the present request."""
    return cast("Parts", current_app.extensions[_NAME])
