"""Akismet's routes: the site's guidelines in its words, and its clients' corrections kept as labels of SPAM.

See: docs/akismet.md
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, Response, g, jsonify, request

from moderation import keys, labels
from moderation.domain import KeyKind, Passage
from moderation.errors import KeyRefused
from moderation.store.sites import SiteKey
from service.bodies import MAX_BODY_BYTES
from service.compat import akismet_errors as errors
from service.compat import akismet_figures as figures
from service.compat import akismet_forms as forms
from service.compat import akismet_replies as replies
from service.compat.akismet_forms import Asked
from service.compat.akismet_replies import Reply
from service.compat.usage import Counted
from service.compat.vendor import Vendor
from service.parts import parts

_VERSIONS = ("/1.1", "/1.2")
_REF_LENGTH = 32

views = Blueprint("akismet", __name__, url_prefix="/<any('1.1', '1.2'):version>")


@views.url_value_preprocessor
def _take_version(_endpoint: str | None, values: dict[str, str] | None) -> None:
    if values:
        values.pop("version", None)  # both do the same


@views.post("/verify-key")
def verify_key() -> Response:
    """Say whether a key is good."""
    _caller(_form())
    return errors.plain(Reply("valid"))


@views.post("/comment-check")
def comment_check() -> Response:
    """Say whether a comment should be published. Nothing of it is kept but counts."""
    form = _form()
    key = _caller(form)
    asked = forms.asked(form)
    reply = _judged(asked, key.site_id)
    answer = errors.plain(reply)
    if not asked.is_test:
        _count(answer, key, asked, Counted.SPAM if reply.is_spam else Counted.HAM)
    return answer


@views.post("/submit-spam")
def submit_spam() -> Response:
    """Keep it that a comment is spam."""
    return _heard(is_spam=True)


@views.post("/submit-ham")
def submit_ham() -> Response:
    """Keep it that a comment is no spam."""
    return _heard(is_spam=False)


@views.route("/usage-limit", methods=["GET", "POST"])
def usage_limit() -> Response:
    """Tell how much the key was used this month, and whether it may be used at the moment."""
    key = _caller(_form(), is_metered=False)
    used = parts().usage.of(key.id, figures.month(_now()))
    quota = parts().quotas.take(key.id)
    return jsonify(figures.usage(used, is_throttled=quota is not None and quota.is_exceeded))


@views.route("/key-sites", methods=["GET", "POST"])
def key_sites() -> Response:
    """Tell which sites used the key in a month."""
    form = _form()
    key = _caller(form)
    asked = figures.listing({**request.args.to_dict(), **form}, _now())
    used = parts().usage.of(key.id, asked.month)
    if asked.is_csv:
        return Response(figures.sites_as_csv(used, asked, key.hint), content_type="text/csv; charset=utf-8")
    return jsonify(figures.sites(used, asked))


@views.route("/get-stats", methods=["GET", "POST"])
def get_stats() -> Response:
    """Tell WordPress' page of settings how well the key did."""
    form = _form()
    key = _caller(form)
    since = form.get("from") or request.args.get("from", "")
    usage = parts().usage
    return jsonify(figures.stats({month: usage.of(key.id, month) for month in figures.months(since, _now())}))


@views.post("/get-subscription")
def get_subscription() -> Response:
    """Tell the same page that all is well."""
    _caller(_form())
    return jsonify(figures.subscription())


@views.post("/deactivate")
def deactivate() -> Response:
    """Take note that WordPress' plugin was turned off; the key stays good until it is revoked here."""
    _caller(_form())
    return errors.plain(Reply("deactivated"))


@views.after_request
def _finish(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


def owns(path: str) -> bool:
    """Tell whether an address is one of Akismet's."""
    return path in _VERSIONS or path.startswith(tuple(f"{version}/" for version in _VERSIONS))


def _judged(asked: Asked, site_id: int) -> Reply:
    if asked.is_administrator:
        return replies.ham()
    if asked.is_spam_for_sure:
        return replies.spam()
    if not asked.text:
        return replies.ham()  # a sign-up or a pingback without words: nothing in it that we measure
    made = parts()
    language = asked.language or made.known.site(site_id).language
    judgement = made.answers.judged(Passage(asked.text, language), site_id)
    return replies.reply(judgement, request.headers.get("User-Agent", ""))


def _heard(*, is_spam: bool) -> Response:
    form = _form()
    key = _caller(form)
    asked = forms.asked(form)
    answer = errors.plain(Reply(replies.THANKS))
    if asked.is_test or asked.is_spam_for_sure or not asked.text:
        return answer
    made = parts()
    heard = labels.Heard(
        asked.text,
        asked.language or made.known.site(key.site_id).language,
        {replies.SPAM: float(is_spam)},
        KeyKind.AKISMET.value,
        external_id=_external_id(asked),
        author_ref=keys.hidden_author(asked.writer, made.settings.secret) if asked.writer else None,
    )
    with made.database.writing() as tx:
        labels.hear(tx, key.site_id, heard, _now())
    _count(answer, key, asked, Counted.MISSED_SPAM if is_spam else Counted.FALSE_POSITIVES)
    return answer


def _external_id(asked: Asked) -> str:
    """Name a comment, so that of two corrections of one the later counts."""
    if asked.comment_id is not None:
        return f"akismet-{asked.comment_id}@{asked.blog}"
    same = f"akismet comment {asked.blog} {asked.writer} {asked.text}"
    return f"akismet-{keys.derive(same, parts().settings.secret)[:_REF_LENGTH]}"


def _form() -> Mapping[str, str]:
    """Read the form, whatever its content type says.

    Raises:
        errors.Malformed: it has too many fields.
    """
    request.max_form_memory_size = MAX_BODY_BYTES
    if request.mimetype == "multipart/form-data":
        return {name: values[-1] for name, values in request.form.lists()}
    try:
        return forms.fields(request.get_data())
    except ValueError as error:
        raise errors.Malformed from error


def _caller(form: Mapping[str, str], *, is_metered: bool = True) -> SiteKey:
    """Find the caller's key, guarded against guessing, and take the request from its quota.

    Raises:
        KeyRefused: there is no good key.
        TooManyGuesses: too many wrong ones came from the same address.
        Unreachable: the database is away, and this process has not seen the key lately.
        errors.Throttled: its quota is used up.
    """
    made = parts()
    given = forms.key(form, request.args, request.headers.get("Host", ""))
    if given is None:
        raise KeyRefused
    address = request.remote_addr or ""
    made.guesses.check(address, given)
    try:
        found = made.known.open_with(given if forms.is_possible(given) else None, KeyKind.AKISMET)
    except KeyRefused:
        made.guesses.failed(address)
        raise
    made.guesses.opened(address, given)
    g.quota = quota = made.quotas.take(found.id) if is_metered else None
    if quota is not None and quota.is_exceeded:
        raise errors.Throttled(quota.reset_seconds)
    return found


def _count(answer: Response, key: SiteKey, asked: Asked, what: Counted) -> None:
    """Count once the answer is out: nobody waits for it."""
    answer.call_on_close(partial(parts().usage.count, key.id, figures.month(_now()), asked.blog, what))


def _now() -> datetime:
    return datetime.now(UTC)


VENDOR = Vendor(views, owns, errors.answer)
