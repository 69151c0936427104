"""Every family of pages of the console, and how they are added to the application."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel

from service.console import (
    acts,
    articles,
    audit,
    authors,
    batches,
    cards,
    comments_page,
    deliveries,
    filters,
    fonts,
    guidelines,
    key_choices,
    me,
    models,
    numbers,
    pages,
    palette,
    people,
    queues,
    refusals,
    search,
    sign_in,
    single_sign_on,
    templates,
    trainings,
    words,
)

VIEWS = (
    fonts.views,
    sign_in.views,
    single_sign_on.views,
    queues.views,
    acts.views,
    comments_page.views,
    authors.views,
    articles.views,
    templates.views,
    numbers.views,
    deliveries.views,
    search.views,
    filters.views,
    palette.views,
    batches.views,
    guidelines.views,
    me.views,
    people.views,
    audit.views,
    trainings.views,
    models.views,
)


def register(app: Flask) -> None:
    """Add the console to an app."""
    Babel(app, locale_selector=pages.language, default_translation_directories="console_words")
    words.register(app)
    refusals.register(app)
    app.jinja_env.globals |= {
        "changes": cards.changes,
        "csrf": pages.csrf_field,
        "csrf_token": pages.csrf_token,
        "key_names": key_choices.key_names,
        "language_code": words.language_code,
    }
    for views in VIEWS:
        app.register_blueprint(views)
