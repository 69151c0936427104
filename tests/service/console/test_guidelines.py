"""The guidelines desk: everyone reads, editors who see the whole site move the cut-offs."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import decisions, guidelines, policies
from moderation.decisions import Draft
from moderation.desk import Role
from moderation.domain import Actor, Reason, Status
from moderation.guidelines import Sample, Threshold
from moderation.store import comments, samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


@pytest.fixture
def decided(database: Database, accept: Callable[..., CommentRow]) -> Callable[[int, int], None]:
    """Let moderator 1 have rejected and approved so many comments by «respectful»."""

    def decide(n_rejected: int, n_approved: int) -> None:
        at = datetime.now(UTC) - timedelta(days=1)
        rows = [accept(f"c-{number}") for number in range(n_rejected + n_approved)]
        with database.writing() as tx:
            comments.keep_scores(
                tx,
                [
                    {"comment_id": one.id, "revision": 1, "scores": {"INSULT": 0.7}, "model_version": "m"}
                    for one in rows
                ],
            )
            drafts = [
                Draft(
                    one.id,
                    1,
                    Status.REJECTED if number < n_rejected else Status.APPROVED,
                    Actor.MODERATOR,
                    (Reason("respectful", "INSULT", 0.7),) if number < n_rejected else (),
                    moderator_id=1,
                )
                for number, one in enumerate(rows)
            ]
            decisions.record(tx, drafts, at)

    return decide


def plain(text: str) -> str:
    return " ".join(text.split())


def test_everyone_reads_what_readers_are_told_and_what_policy_does(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in().get("/guidelines").text
    assert f"of {site.name}" in page
    assert "Argue with what people say, as hard as you like." in page
    assert "approves below .40, rejects above .95" in page
    assert "These are the guidelines that every site begins with." in page
    assert "Move the cut-offs" not in page
    assert "Move the cut-offs" in signed_in(role=Role.EDITOR).get("/guidelines").text


def test_someone_who_sees_no_site_is_told_so(signed_in: Callable[..., Any]) -> None:
    browser = signed_in()
    assert "There is no site that you may see." in browser.get("/guidelines").text
    assert browser.get("/guidelines/respectful").status_code == 404


def test_a_guideline_that_is_not_there_is_not_found(signed_in: Callable[..., Any], site: Site) -> None:
    assert site.name
    assert signed_in().get("/guidelines/no-such").status_code == 404


@pytest.mark.parametrize(
    ("n_rejected", "n_approved", "words"),
    [
        pytest.param(0, 0, "Nobody decided a comment one by one in the last 30 days", id="none"),
        pytest.param(1, 0, "People decided only one comment one by one in the last 30 days", id="one"),
        pytest.param(20, 9, "People decided only 29 comments one by one in the last 30 days", id="too few"),
        pytest.param(
            30, 10, 'Holds <b class="n">40</b>, wrongly held <b class="n">10 ± 5</b>', id="enough to foretell"
        ),
    ],
)
def test_what_people_decided_is_told_with_its_limits(
    signed_in: Callable[..., Any],
    site: Site,
    decided: Callable[[int, int], None],
    n_rejected: int,
    n_approved: int,
    words: str,
) -> None:
    assert site.name
    browser = signed_in()
    decided(n_rejected, n_approved)
    assert words in plain(browser.get("/guidelines/respectful").text)


def test_other_cut_offs_are_foretold_by_script_and_without(
    signed_in: Callable[..., Any], site: Site, decided: Callable[[int, int], None]
) -> None:
    assert site.name
    browser = signed_in(role=Role.EDITOR)
    decided(30, 10)
    told = browser.get("/guidelines/respectful/foretold?low=.80&high=.90").json["foretold"]
    assert "Holds none." in told
    assert 'Lets through <b class="n">30</b>' in plain(told)
    page = plain(browser.get("/guidelines/respectful?low=.30&high=.60").text)
    assert 'Rejects <b class="n">40</b>, wrongly rejected <b class="n">10 ± 5</b>' in page
    assert '<span id="low-said">.30</span>' in page


def test_an_editor_moves_cut_offs_and_is_told(signed_in: Callable[..., Any], database: Database, site: Site) -> None:
    browser = signed_in(role=Role.EDITOR)
    version = policies.of_site(database, site.id).version
    form = {"site": site.name, "version": version, "low": ".5", "high": ".9"}
    answer = browser.post("/guidelines/respectful", data=form)
    page = browser.get(answer.headers["Location"]).text
    assert "Saved. The new cut-offs count for what comes from now on" in page
    assert "approves below .50, rejects above .90" in page
    found = policies.of_site(database, site.id)
    assert found.members[0].threshold == Threshold(0.5, 0.9)
    assert found.version in page
    again = browser.post("/guidelines/respectful", data=form)
    assert "The guidelines were changed meanwhile." in browser.get(again.headers["Location"]).text


def test_cut_offs_that_cannot_be_are_refused_in_words(
    signed_in: Callable[..., Any], database: Database, site: Site
) -> None:
    browser = signed_in(role=Role.EDITOR)
    version = policies.of_site(database, site.id).version
    answer = browser.post(
        "/guidelines/respectful", data={"site": site.name, "version": version, "low": ".9", "high": ".5"}
    )
    assert "Policy cannot approve above where it rejects." in browser.get(answer.headers["Location"]).text
    assert browser.get("/guidelines/respectful?low=.9&high=.5").status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"role": Role.MODERATOR}, id="a moderator"),
        pytest.param({"role": Role.EDITOR, "sections": ("Sport",)}, id="an editor of one section"),
    ],
)
def test_cut_offs_are_not_everyone_s_to_move(
    signed_in: Callable[..., Any], database: Database, site: Site, options: dict[str, Any]
) -> None:
    browser = signed_in(**options)
    before = policies.of_site(database, site.id)
    form = {"site": site.name, "version": before.version, "low": ".5", "high": ".9"}
    assert browser.post("/guidelines/respectful", data=form).status_code == 403
    assert policies.of_site(database, site.id) == before
    assert "Save these cut-offs" not in browser.get("/guidelines/respectful").text


def test_an_editor_sets_the_blind_sample_s_shares_and_reads_what_work_they_make(
    signed_in: Callable[..., Any], database: Database, site: Site
) -> None:
    browser = signed_in(role=Role.EDITOR)
    form = {"site": site.name, "seen_approved": "0.005", "seen_rejected": "0.05", "rejected": "10"}

    def after(**changes: str) -> str:
        answer = browser.post("/guidelines", data={**form, **changes})
        assert "csrf" not in answer.headers["Location"]
        return plain(browser.get(answer.headers["Location"]).text)

    page = plain(browser.get("/guidelines").text)
    assert 'name="approved" min="0" max="100" step="any" inputmode="decimal" required value="0.5"' in page
    assert "A day after the first draw, it is said here how many comments a day that is." in page
    yesterday = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    frame = {"site_id": site.id, "day": yesterday, "status": "APPROVED", "stratum": "far", "probability": 0.0035}
    with database.writing() as tx:
        samples.count(tx, [{**frame, "n": 2000}])
    assert "About 7 comments a day at last week's volume." in html.unescape(plain(browser.get("/guidelines").text))
    asked = after(approved="3", act="foretell")
    assert "About 42 comments a day" in asked
    assert "Not saved yet." in asked
    assert "About one comment a day" in after(approved="0,08", act="foretell")
    assert "Less than one comment a day" in after(approved=".01", act="foretell")
    assert "Nothing is drawn, and nobody can say" in after(approved="0", rejected="0", act="foretell")
    assert policies.of_site(database, site.id).sample == Sample()
    saved = after(approved="1.2", act="save")
    assert "Saved. The new shares count for what comes from now on." in saved
    assert policies.of_site(database, site.id).sample == Sample(0.012, 0.1)
    assert saved.count(policies.of_site(database, site.id).version) == 1
    assert "The shares were changed meanwhile." in after(approved="2", act="save")
    for wrong in ("", "101", "-1", "nan", "a few"):
        assert "A share is a number from 0 to 100. Nothing was saved." in after(approved=wrong, act="save")
        assert 'required value="1.2"' in after(approved=wrong, act="foretell")
    assert policies.of_site(database, site.id).sample == Sample(0.012, 0.1)


@pytest.mark.parametrize("options", [{"role": Role.MODERATOR}, {"role": Role.EDITOR, "sections": ("Sport",)}])
def test_the_blind_sample_s_shares_are_not_everyone_s_to_set(
    signed_in: Callable[..., Any], database: Database, site: Site, options: dict[str, Any]
) -> None:
    browser = signed_in(**options)
    form = {"seen_approved": "0.005", "seen_rejected": "0.05", "approved": "1", "rejected": "1"}
    assert browser.post("/guidelines", data=form).status_code == 403
    assert policies.of_site(database, site.id).sample == Sample()
    assert "The blind sample" not in browser.get("/guidelines").text


def test_a_version_is_listed_once_since_it_began(signed_in: Callable[..., Any], database: Database, site: Site) -> None:
    browser = signed_in(role=Role.EDITOR)
    began = datetime.now(UTC) - timedelta(days=3)
    default = policies.of_site(database, site.id)
    policies.adopt(database, site.id, guidelines.recut(default, "respectful", Threshold(0.3, 0.9)), began)
    moved = policies.of_site(database, site.id)
    policies.adopt(database, site.id, guidelines.resample(moved, Sample(0.1, 0.1)), datetime.now(UTC))
    policies.adopt(database, site.id, default.source, datetime.now(UTC))
    listed = plain(browser.get("/guidelines").text.partition("Policy versions")[2])
    assert listed.count(moved.version) == listed.count(default.version) == 1
    assert "3 days ago" in listed
