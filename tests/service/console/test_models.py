"""Models at the console: who decides, what a challenger would have said, and putting a version in place or back."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from models.registry import Registry
from moderation import champions, trainings
from moderation.domain import Judgement, Verdict
from moderation.store import shadow_scores
from moderation.store.shadow_scores import Asked
from service.versions import scorers as versions_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from pathlib import Path

    from flask import Flask

    from models.training import Trained
    from moderation.settings import Settings
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

NOW = datetime.now(UTC)
TINY = "2026-11-22-tiny"
OPEN = "2026-11-22-passed"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The store's tests run on both databases; a page is the same on each."""
    return sqlite_url


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory, tiny_trained: Trained) -> Path:
    """A folder with two tiny versions, of which one passed its gate."""
    folder = tmp_path_factory.mktemp("versions")
    figures = {"INSULT": {"all": {"n": 48, "auc": 0.91, "ece": 0.02}}, "SPAM": {"all": {"n": 0, "auc": None}}}
    for name, more in ((TINY, {}), (OPEN, {"gate": {"passed": True, "why": []}})):
        evaluation = {"attributes": figures, **more}
        told = f"# {name}\n\nTold."
        Registry(folder).publish(name, tiny_trained.classifier, tiny_trained.metrics, evaluation, told, NOW)
    return folder


@pytest.fixture
def app(make_app: Callable[..., Flask], versions: Path) -> Flask:
    """The application, with the two versions."""
    return make_app(models_folder=versions)


@pytest.fixture
def editor(enter: Callable[..., Any], add_moderator: Callable[..., Any]) -> Any:
    return enter(add_moderator("ed@news.example", "Ed Sand", "editor"))


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def test_a_version_is_promoted_with_a_note_and_rolled_back(editor: Any, database: Database, site: Site) -> None:
    first = words(editor.get("/models"))
    assert "All sites words-1 came with Ombuds" in first
    assert "Nothing yet: the version that came with Ombuds decides." in first
    assert "Roll back" not in first
    answer = editor.post("/models/promote", data={"version": OPEN, "note": "More precise"}, follow_redirects=True)
    shown = words(answer)
    assert f"{OPEN} decides from now on." in shown
    assert f"All sites {OPEN} just now, by Ed Sand" in shown
    assert f"just now All sites {OPEN} words-1 Ed Sand More precise" in shown
    assert "INSULT 48 .91 .02" in shown
    assert "words-1 decides again" in shown
    assert champions.standing(database).shared == OPEN
    own = {"version": TINY, "note": "Ours", "site": site.name, "despite": "on"}
    shown = words(editor.post("/models/promote", data=own, follow_redirects=True))
    assert f"{site.name} {TINY} just now" in shown
    assert f"{OPEN} decides again" in shown
    editor.post("/models/roll-back", data={"note": "No", "site": site.name})
    shown = words(editor.post("/models/roll-back", data={"note": "Worse"}, follow_redirects=True))
    assert "It is rolled back." in shown
    assert f"{site.name} the one for all" in shown
    found = champions.standing(database)
    assert (found.shared, found.own(site.id)) == (None, None)


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("promote", {"version": TINY, "note": "Why not"}, f"{TINY} did not pass its gate, or never came before one."),
        ("promote", {"version": "2026-01-01-gone", "note": "x"}, "2026-01-01-gone cannot be loaded here."),
        ("promote", {"version": OPEN, "note": " "}, "Say why in a note."),
        ("roll-back", {"note": "x"}, "there is nothing to roll back"),
        ("shadow", {"stop": "1"}, "No version was in shadow there."),
        ("shadow", {"version": OPEN, "share": "0"}, "The share must be above 0"),
        ("shadow", {"version": "nonsense", "share": "10"}, "nonsense cannot be loaded here."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    editor: Any, database: Database, path: str, data: dict[str, str], said: str
) -> None:
    assert said in words(editor.post(f"/models/{path}", data=data, follow_redirects=True))
    found = champions.standing(database)
    assert (found.shared, found.sites, found.shadows) == (None, {}, {})


def test_where_a_challenger_differs_is_told_in_numbers_and_in_comments(
    editor: Any,
    database: Database,
    accept: Callable[..., CommentRow],
) -> None:
    begun = editor.post("/models/shadow", data={"version": TINY, "share": "12.5"}, follow_redirects=True)
    assert f"{TINY} scores in shadow from now on" in words(begun)
    assert "It scores 12.5 % of what comes in" in words(begun)
    assert "It has scored nothing yet." in words(begun)
    shadow = champions.standing(database).shadows[None]
    rows = [accept(f"c-{place}", f"You ninny, number {place}.") for place in range(40)]
    unlike = accept("other", "Of nothing in common.")

    def said(verdict: Verdict, insult: float) -> Judgement:
        return Judgement(verdict, (), {"INSULT": insult}, "words-1", "g-1")

    with database.writing() as tx:
        asked = [Asked(shadow.id, one.id, 1, said(Verdict.APPROVE, 0.1)) for one in (*rows, unlike)]
        shadow_scores.ask(tx, asked, NOW)
        claimed = shadow_scores.claim(tx, "t", [TINY], 99, NOW, NOW)
        answers = [(one, said(Verdict.HOLD, 0.5 + one.comment_id / 1000)) for one in claimed[:-1]]
        answers.append((claimed[-1], Judgement(Verdict.REJECT, (), {"SPAM": 1.0}, TINY, "g-1")))
        shadow_scores.keep(tx, "t", answers)
    page = editor.get("/models").get_data(as_text=True)
    shown = words(editor.get("/models"))
    assert "Of 41 comments that both judged, they agree about 0." in shown
    assert "approve 41 0 −41 hold 0 40 +40 reject 0 1 +1" in shown  # noqa: RUF001  a minus
    assert page.count('class="entry"') == 30
    assert "Champion: approve. Challenger: hold. INSULT is .10, and would be .54." in shown
    assert "You ninny, number 39." in shown
    stopped = words(editor.post("/models/shadow", data={"stop": "1"}, follow_redirects=True))
    assert f"{TINY} was in shadow until just now" in stopped


def test_an_editor_of_one_site_changes_that_and_sees_no_other(
    enter: Callable[..., Any],
    add_moderator: Callable[..., Any],
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
) -> None:
    add_site("other.example")
    browser = enter(add_moderator("jo@news.example", "Jo", "editor", site_names=(site.name,)))
    assert (
        "Promote" not in browser.get("/models").get_data(as_text=True).partition("<main")[2].partition("trainings")[0]
    )
    assert browser.post("/models/promote", data={"version": OPEN, "note": "x"}).status_code == 403
    assert browser.get("/models?site=other.example").status_code == 404
    assert "Drift" in words(browser.get(f"/models?site={site.name}"))
    own = {"version": OPEN, "note": "Ours", "site": site.name}
    assert browser.post("/models/promote", data=own).status_code == 302
    assert champions.standing(database).own(site.id) == OPEN


def test_moderators_are_not_shown_it_and_forms_need_their_token(
    enter: Callable[..., Any], add_moderator: Callable[..., Any], editor: Any
) -> None:
    mara = enter(add_moderator())
    assert mara.get("/models").status_code == 403
    assert 'href="/models"' not in mara.get("/guidelines").get_data(as_text=True)
    assert 'href="/models"' in editor.get("/guidelines").get_data(as_text=True)
    stale = editor.post("/models/promote", data={"version": OPEN, "note": "x"}, headers={"X-CSRF-Token": "x"})
    assert stale.status_code == 403


def test_a_card_is_shown_as_it_was_written(editor: Any) -> None:
    assert f"# {TINY} Told." in words(editor.get(f"/models/{TINY}"))
    assert editor.get("/models/2026-01-01-gone").status_code == 404
    assert editor.get("/models/nonsense").status_code == 404


def test_what_a_gate_said_of_a_version_stands_beside_it(editor: Any, database: Database) -> None:
    trainings.ask(database, None, "command line", NOW)
    lease: timedelta = NOW - NOW
    run = trainings.take(database, "t", NOW, lease)
    assert run is not None
    finding = {
        "rule": "labels",
        "is_kept": False,
        "words": "…",
        "attribute": None,
        "group": None,
        "value": 3,
        "champion": None,
        "bound": 100,
    }
    trainings.finish(database, run, "t", TINY, {"passed": False, "findings": [finding]}, [], NOW)
    shown = words(editor.get("/models"))
    assert re.search(rf"{TINY} (just now|\d+ min ago) did not pass its gate The later weeks hold 3 labels", shown)


def test_a_champion_that_cannot_be_loaded_is_told_and_the_former_goes_on(
    make_app: Callable[..., Flask],
    settings: Settings,
    database: Database,
    add_moderator: Callable[..., Any],
    tmp_path: Path,
    client: Any,
    browser: Any,
) -> None:
    followed = versions_of(settings, database)
    followed.look()
    shipped = followed.shipped
    champions.promote(database, None, "2026-01-01-gone", "command line", "A typing error", NOW)
    followed.look()
    app = make_app(scorers=followed, models_folder=tmp_path, models_address="memory://nowhere")
    told = client(app, None).get("/readyz").json
    assert (told["checks"]["champion"], told["champion"]) == ("ok", shipped)
    assert told["unusable_versions"].keys() == {"2026-01-01-gone"}
    editor = browser(app, app.response_class)
    editor.enter(app, add_moderator("ed@news.example", "Ed Sand", "editor"))
    shown = words(editor.get("/models"))
    assert "2026-01-01-gone cannot be loaded here, so the former goes on" in shown
    assert f"{shipped} goes on meanwhile" in shown
    assert "Its card holds no figures by attribute." in shown
