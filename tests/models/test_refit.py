"""A refit moves what labels speak of, leaves the rest bit by bit, and is the same twice."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models import lessons as reading
from models import refit
from models.attributes import LIKELY_TO_REJECT
from models.errors import NothingToLearn, UnevenLessons
from models.lessons import Lessons
from models.ranking import auc
from models.scorer import Mode, Scorer

if TYPE_CHECKING:
    from models.archive import Classifier
    from models.training import Trained

VERSION = "2026-11-23-refit"
FRAMES = ("The {} of the {} spoke.", "I met a {} near the {}.", "Every {} loves a {}!", "No {} needs the {} today.")
WEATHER = ("storm", "drizzle", "sunshine", "fog")
PEOPLE = ("clown", "baker", "fool", "driver", "teacher", "nitwit")
SETTINGS = refit.Settings(fewest=5.0, site_precision=0.1)


def verdicts(attribute: str = LIKELY_TO_REJECT, n_times: int = 1) -> Lessons:
    """A newsroom that is tired of the weather, and of it alone."""
    rows = list(itertools.product(FRAMES, PEOPLE, (*WEATHER, "bridge", "council", "harbour", "reader"))) * n_times
    texts = [frame.format(person, thing) for frame, person, thing in rows]
    labels = np.array([[float(thing in WEATHER)] for _, _, thing in rows])
    return Lessons(texts, ["en"] * len(texts), (attribute,), labels, np.ones(labels.shape))


def some(lessons: Lessons, rows: np.ndarray) -> Lessons:
    return replace(
        lessons,
        texts=[lessons.texts[row] for row in rows],
        languages=[lessons.languages[row] for row in rows],
        labels=lessons.labels[rows],
        weights=lessons.weights[rows],
    )


def scores(version: Classifier, texts: list[str] | tuple[str, ...], name: str, mode: Mode = Mode.FAST) -> np.ndarray:
    return np.array([one.values[name] for one in Scorer(VERSION, version, mode).score(texts, ["en"] * len(texts))])


@pytest.fixture(scope="module")
def taught(deep: Trained) -> refit.Refitted:
    return refit.refit(deep.classifier, verdicts(), SETTINGS)


@pytest.mark.parametrize("mode", Mode)
def test_a_site_head_learns_what_its_newsroom_rejects(deep: Trained, mode: Mode) -> None:
    lessons = verdicts()
    order = np.random.default_rng(5).permutation(len(lessons.texts))
    earlier, later = some(lessons, order[:96]), some(lessons, order[96:])
    rejected = later.labels[:, 0] == 1
    found = refit.refit(deep.classifier, earlier, SETTINGS).classifier
    p = scores(found, list(later.texts), LIKELY_TO_REJECT, mode)
    assert auc(rejected, p) > 0.95
    assert p.mean() == pytest.approx(rejected.mean(), abs=0.1)


def test_other_attributes_stay_as_they_were_bit_by_bit(deep: Trained, taught: refit.Refitted) -> None:
    before, after = deep.classifier, taught.classifier
    assert before.deep is not None
    assert after.deep is not None
    n = len(before.attributes)
    np.testing.assert_array_equal(after.heads.coef[:, :n], before.heads.coef)
    np.testing.assert_array_equal(after.calibration.slopes[:, :n], before.calibration.slopes)
    np.testing.assert_array_equal(after.deep.heads.coef[:, :n], before.deep.heads.coef)
    np.testing.assert_array_equal(after.deep.joint[:, :n], before.deep.joint)
    assert after.vocabulary is before.vocabulary
    assert after.deep.graph is before.deep.graph
    assert after.topic is before.topic


def test_the_same_lessons_give_the_same_bits(deep: Trained, taught: refit.Refitted) -> None:
    again = refit.refit(deep.classifier, verdicts(), SETTINGS)
    for one, other in (
        (again.classifier.heads.coef, taught.classifier.heads.coef),
        (again.classifier.heads.intercept, taught.classifier.heads.intercept),
        (again.classifier.calibration.intercepts, taught.classifier.calibration.intercepts),
    ):
        assert one.tobytes() == other.tobytes()
    assert again.classifier.deep is not None
    assert taught.classifier.deep is not None
    assert again.classifier.deep.heads.coef.tobytes() == taught.classifier.deep.heads.coef.tobytes()
    assert again.classifier.deep.joint.tobytes() == taught.classifier.deep.joint.tobytes()
    assert again.metrics == taught.metrics


def test_calibration_weighs_by_chance_and_heads_do_not(trained: Trained) -> None:
    lessons = verdicts("TOXICITY")
    rare = lessons.labels[:, 0] == 0
    chances = np.where(rare, 0.1, 1.0)  # of what was let through, one in ten came before a person
    even, known = (
        refit.refit(trained.classifier, replace(lessons, chances=of), SETTINGS).classifier for of in (None, chances)
    )
    np.testing.assert_array_equal(even.heads.coef, known.heads.coef)
    p = [scores(version, list(lessons.texts), "TOXICITY") for version in (even, known)]
    share = 1 / (1 + 10)
    assert np.average(p[1], weights=1 / chances) == pytest.approx(share, abs=0.1)
    assert (p[1] <= p[0]).all()


def test_what_was_held_out_is_told_with_its_labels(taught: refit.Refitted, deep: Trained) -> None:
    assert taught.held_out.shape == taught.labels.shape == taught.weights.shape == (192, 4)
    assert np.isnan(taught.held_out[:, :3]).all()
    assert auc(taught.labels[:, 3] == 1, taught.held_out[:, 3]) > 0.95
    foreign = replace(verdicts(), languages=["de"] * 192)
    version = replace(deep.classifier, languages=dict.fromkeys(deep.classifier.attributes, ("en", "de")))
    of_fast = refit.refit(version, foreign, SETTINGS)  # the encoder reads no German
    assert of_fast.classifier.deep is not None
    assert np.isfinite(of_fast.held_out[:, 3]).all()


def test_what_was_learned_explains_itself(taught: refit.Refitted) -> None:
    comment = "My neighbour came in the sunshine."
    (found,) = Scorer(VERSION, taught.classifier, Mode.FAST).explain([comment], [[LIKELY_TO_REJECT]])
    assert any("sunshine" in comment[begin:end] for begin, end in found[LIKELY_TO_REJECT])


def test_the_cascade_asks_where_rejection_is_a_quarter_as_likely_as_usual(taught: refit.Refitted) -> None:
    assert taught.classifier.deep is not None
    assert taught.classifier.deep.doubt[-1] == pytest.approx(0.25 * 0.5)


def test_the_fewer_labels_the_nearer_to_what_was_believed(trained: Trained) -> None:
    lessons = verdicts("TOXICITY")
    before = trained.classifier
    order = np.random.default_rng(5).permutation(len(lessons.texts))
    moved = [
        float(np.abs(found.classifier.heads.coef - before.heads.coef).sum())
        for n in (20, 60, 192)
        for found in [refit.refit(before, some(lessons, order[:n]), SETTINGS)]
    ]
    assert moved == sorted(moved)


def test_the_stronger_the_former_data_the_less_moves(trained: Trained) -> None:
    before = scores(trained.classifier, ["The storm spoke."], "TOXICITY")
    moved = [
        abs(scores(found.classifier, ["The storm spoke."], "TOXICITY") - before)[0]
        for strength in (0.3, 3.0, 1e6)
        for found in [refit.refit(trained.classifier, verdicts("TOXICITY"), refit.Settings(strength, fewest=1e9))]
    ]
    assert moved == sorted(moved, reverse=True)
    assert moved[-1] < 1e-3


def test_few_labels_leave_joint_and_calibration_alone(deep: Trained) -> None:
    before = deep.classifier
    found = refit.refit(before, some(verdicts("TOXICITY"), np.arange(30)), refit.Settings(fewest=20.0))
    assert found.metrics["learned_from"]["attributes"]["TOXICITY"]["calibration_moved"] is False
    np.testing.assert_array_equal(found.classifier.calibration.slopes, before.calibration.slopes)
    assert found.classifier.deep is not None
    assert before.deep is not None
    np.testing.assert_array_equal(found.classifier.deep.joint, before.deep.joint)


def test_a_version_of_n_grams_is_refitted_too(trained: Trained) -> None:
    told: list[tuple[str, int, int]] = []
    found = refit.refit(trained.classifier, verdicts(), SETTINGS, lambda *step: told.append(step), named=["INSULT"])
    assert found.classifier.deep is None
    assert scores(found.classifier, ["The storm spoke."], LIKELY_TO_REJECT)[0] > 0.8
    assert told == [("reading", 192, 192), ("heads", 1, 1)]


def test_what_was_read_before_is_not_read_again(deep: Trained, taught: refit.Refitted) -> None:
    lessons = verdicts()
    read = reading.read(deep.classifier, lessons)
    told: list[str] = []
    found = refit.refit(deep.classifier, lessons, SETTINGS, lambda step, _done, _total: told.append(step), read=read)
    assert set(told) == {"heads"}
    np.testing.assert_array_equal(found.classifier.heads.coef, taught.classifier.heads.coef)


def test_a_site_head_that_is_there_goes_on_learning(taught: refit.Refitted) -> None:
    found = refit.refit(taught.classifier, verdicts(), SETTINGS)
    assert found.classifier.attributes == taught.classifier.attributes


def test_without_a_label_of_what_is_measured_nothing_is_learned(trained: Trained) -> None:
    with pytest.raises(NothingToLearn, match="TOXICITY, INSULT, SPAM"):
        refit.refit(trained.classifier, verdicts("NOVELTY"))
    with pytest.raises(NothingToLearn):
        refit.refit(
            trained.classifier, replace(verdicts("TOXICITY"), languages=["de"] * 192, texts=["나쁜 날씨"] * 192)
        )
    with pytest.raises(UnevenLessons):
        refit.refit(trained.classifier, replace(verdicts(), languages=[]))


def test_people_who_only_ever_say_yes_do_not_move_a_head(trained: Trained) -> None:
    lessons = verdicts("TOXICITY")
    only_yes = some(lessons, np.flatnonzero(lessons.labels[:, 0] == 1.0))
    with pytest.raises(NothingToLearn):
        refit.refit(trained.classifier, only_yes, SETTINGS)
