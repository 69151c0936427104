"""`ombuds model promote` and its kin, on what an `ombuds up` keeps."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from models.registry import Registry
from moderation import champions, intake, sites
from moderation.domain import Article, Author, Scope, Submission
from moderation.scorers import Scorers
from moderation.store import rescorings
from worker.jobs import judge_or_none
from worker.rescore import Rescoring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from models.training import Trained
    from moderation.dispatch import Dispatcher
    from moderation.store.database import Database
    from moderation.store.sites import Site

NOW = datetime.now(UTC)
PASSED, DOUBTFUL = "2026-11-22-passed", "2026-11-22-doubtful"


@pytest.fixture
def versions(data: Path, tiny_trained: Trained) -> Registry:
    """Two versions of this install, of which one passed its gate."""
    found = Registry(data / "models")
    for name, gate in ((PASSED, {"passed": True}), (DOUBTFUL, {"passed": False, "why": ["SPAM ranks worse"]})):
        found.publish(
            name, tiny_trained.classifier, tiny_trained.metrics, {"attributes": {}, "gate": gate}, f"# {name}\n", NOW
        )
    return found


@pytest.fixture
def news(record: Database) -> Site:
    return sites.add(record, "news.example", list(Scope), "x" * 32, NOW)[0]


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_promotion_and_roll_back_for_all_and_for_a_site(
    run: Callable[..., Result], versions: Registry, record: Database, news: Site
) -> None:
    assert versions.folder is not None
    first = told(run("model", "promote", PASSED, "--note", "Better", "--json"))
    assert (first["site"], first["version"], first["former"], first["by"]) == (None, PASSED, None, "command line")
    refused = run("model", "promote", DOUBTFUL, "--note", "Why not", "--site", news.name)
    assert (refused.exit_code, "did not pass its gate: SPAM ranks worse" in refused.stderr) == (1, True)
    despite = run("model", "promote", DOUBTFUL, "--note", "Ours", "--site", news.name, "--despite-gate")
    assert (despite.stdout, "For news.example; API and workers follow" in despite.stderr) == (f"{DOUBTFUL}\n", True)
    listed = told(run("model", "champions", "--json"))
    assert (listed["shared"], listed["sites"]) == (PASSED, {news.name: DOUBTFUL})
    assert [one["version"] for one in listed["history"]] == [DOUBTFUL, PASSED]
    assert told(run("model", "rollback", "--site", news.name, "--note", "No", "--json"))["version"] is None
    shipped = Registry().newest_shipped()
    assert run("model", "rollback", "--note", "No").stdout == f"{shipped}\n"
    assert champions.standing(record).of(news.id) is None
    shown = run("model", "champions").stdout
    assert f"{shipped} (shipped)" in shown
    assert "command line" in shown
    assert run("model", "promote", shipped, "--note", "By name: it needs no gate").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("promote", "2026-01-01-gone", "--note", "x"), "no version 2026-01-01-gone here"),
        (("promote", PASSED, "--note", " "), "say why"),
        (("promote", PASSED, "--note", "x", "--site", "nowhere"), "no site 'nowhere'"),
        (("rollback", "--note", "x"), "nothing to roll back"),
        (("shadow", PASSED, "--share", "2"), "2.0 cannot be a share"),
        (("shadow", "--stop"), "no version is in shadow"),
        (("shadow", PASSED, "--stop"), "either a VERSION or --stop"),
        (("shadow",), "either a VERSION or --stop"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    run: Callable[..., Result], versions: Registry, arguments: tuple[str, ...], said: str
) -> None:
    assert versions.folder is not None
    refused = run("model", *arguments)
    assert refused.exit_code != 0
    assert said in refused.stderr
    assert "Traceback" not in refused.output


def test_a_version_goes_into_shadow_and_out_of_it(
    run: Callable[..., Result], versions: Registry, record: Database, news: Site
) -> None:
    assert versions.folder is not None
    begun = told(run("model", "shadow", DOUBTFUL, "--share", ".25", "--site", news.name, "--json"))
    assert (begun["site"], begun["version"], begun["share"]) == (news.name, DOUBTFUL, 0.25)
    assert run("model", "shadow", PASSED).stdout == f"{PASSED}\n"
    listed = told(run("model", "champions", "--json"))["shadows"]
    assert [(one["version"], one["scored"]) for one in listed] == [(DOUBTFUL, 0), (PASSED, 0)]
    assert DOUBTFUL in run("model", "champions").stdout
    assert run("model", "shadow", "--stop").exit_code == 0
    assert champions.standing(record).shadows.keys() == {news.id}


def test_rescoring_waits_until_the_workers_are_done(
    run: Callable[..., Result],
    record: Database,
    news: Site,
    dispatcher: Dispatcher,
    tiny_scorer: Any,
    monkeypatch: pytest.MonkeyPatch,
    valkey_url: str,
    eventually: Callable[..., None],
) -> None:
    monkeypatch.setenv("REDIS_URL", valkey_url)
    monkeypatch.setattr("service.cli.champions._LOOK_SECONDS", 0.01)
    monkeypatch.setattr("service.cli.champions._PATIENCE_SECONDS", 0.0)
    for place in range(3):
        submission = Submission(f"c-{place}", "Well said.", Author("r"), Article("https://news.example/a", "A"))
        intake.accept(record, news.id, submission, NOW)
    asked = told(run("model", "rescore", "--since", "2026-01-01", "--no-wait", "--json"))
    assert (asked["site"], asked["comments"], asked["done"], asked["finished"]) == (None, 3, 0, False)

    def work() -> None:
        def is_asked() -> bool:
            with record.reading() as tx:
                return len(rescorings.recent(tx, 9)) == 2

        eventually(is_asked)
        for _ in range(2):  # a job makes way for the comments that wait to be scored at all, of which there are some
            Rescoring(record, dispatcher, Scorers.only(tiny_scorer), judge_or_none, timedelta(minutes=1)).drain()

    worker = threading.Thread(target=work)
    worker.start()
    done = run("model", "rescore", "--since", f"{NOW:%Y-%m-%d}", "--site", news.name)
    worker.join()
    assert done.stdout.endswith("3 of 3\n")
    assert "is `ombuds worker score` running?" in done.stderr
