"""Versions are whole, sealed and immutable, or they are refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models import registry as registries
from models.errors import (
    DamagedVersion,
    InvalidVersionName,
    NotEvaluated,
    NotSealed,
    NoVersion,
    TooLarge,
    UnknownVersion,
    VersionExists,
)
from models.registry import Registry

if TYPE_CHECKING:
    from pathlib import Path

    from models.training import Trained

VERSION = "2026-11-22-tiny"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_sealed_version_loads_as_it_was_trained(sealed: Path, registry: Registry, trained: Trained) -> None:
    assert sealed.name == VERSION
    loaded = registry.load(VERSION)
    assert loaded.attributes == trained.classifier.attributes
    assert loaded.languages == trained.classifier.languages
    np.testing.assert_array_equal(loaded.heads.coef, trained.classifier.heads.coef)
    np.testing.assert_array_equal(loaded.vocabulary.idf, trained.classifier.vocabulary.idf)
    np.testing.assert_array_equal(loaded.calibration.slopes, trained.classifier.calibration.slopes)
    assert loaded.calibration.languages == trained.classifier.calibration.languages


@pytest.mark.parametrize(
    "name", ["classifier.skops", "manifest.json", "card.md", "card.html", "metrics.json", "evaluation.json"]
)
def test_one_changed_byte_is_found(sealed: Path, registry: Registry, name: str) -> None:
    content = bytearray((sealed / name).read_bytes())
    content[len(content) // 2] ^= 1
    (sealed / name).write_bytes(content)
    with pytest.raises(DamagedVersion, match=name):
        registry.load(VERSION)


@pytest.mark.parametrize("name", ["classifier.skops", "manifest.json"])
def test_a_lost_file_is_found(sealed: Path, registry: Registry, name: str) -> None:
    (sealed / name).unlink()
    with pytest.raises(DamagedVersion):
        registry.load(VERSION)


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_checksums_that_say_nothing_are_refused(sealed: Path, registry: Registry, content: str) -> None:
    (sealed / "checksums.json").write_text(content)
    with pytest.raises(DamagedVersion, match=r"checksums\.json"):
        registry.load(VERSION)


def test_a_version_of_another_format_is_refused(candidate: Path, registry: Registry) -> None:
    manifest = json.loads((candidate / "manifest.json").read_text())
    (candidate / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(DamagedVersion, match="another format"):
        registry.load(VERSION, must_be_sealed=False)


def test_a_candidate_may_be_evaluated_but_does_not_score(candidate: Path, registry: Registry) -> None:
    assert candidate.is_dir()
    assert registry.load(VERSION, must_be_sealed=False).attributes
    assert registry.evaluation(VERSION) is None
    with pytest.raises(NotSealed):
        registry.load(VERSION)
    with pytest.raises(NotEvaluated):
        registry.seal(VERSION)


def test_a_sealed_version_never_changes(sealed: Path, registry: Registry, trained: Trained) -> None:
    before = {path.name: path.read_bytes() for path in sealed.iterdir()}
    registry.seal(VERSION)
    with pytest.raises(VersionExists):
        registry.add_evaluation(VERSION, {}, "")
    with pytest.raises(VersionExists):
        registry.write(VERSION, trained.classifier, {}, "", NOW)
    assert {path.name: path.read_bytes() for path in sealed.iterdir()} == before


def test_shipping_copies_a_version_whole_and_once(sealed: Path, registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(NoVersion):
        registry.newest_shipped()
    shipped = registry.ship(VERSION)
    assert shipped == tmp_path / "shipped" / VERSION
    assert {path.name for path in shipped.iterdir()} == {path.name for path in sealed.iterdir()}
    fresh = Registry(shipped=tmp_path / "shipped")
    assert fresh.newest_shipped() == VERSION
    assert fresh.load(VERSION).attributes
    assert fresh.describe(VERSION).is_shipped
    with pytest.raises(VersionExists):
        registry.ship(VERSION)


def test_what_was_not_evaluated_is_not_shipped(candidate: Path, registry: Registry, tmp_path: Path) -> None:
    assert candidate.is_dir()
    with pytest.raises(NotEvaluated):
        registry.ship(VERSION)
    assert not (tmp_path / "shipped").exists()


def test_what_is_too_large_is_not_shipped(sealed: Path, registry: Registry) -> None:
    with (sealed / "notes").open("wb") as file:
        file.truncate(registries.LARGEST_SHIPPED_BYTES)
    with pytest.raises(TooLarge):
        registry.ship(VERSION)


def test_versions_are_listed_the_newest_first(sealed: Path, registry: Registry, trained: Trained) -> None:
    registry.write("2027-01-01-next", trained.classifier, trained.metrics, "# next\n", NOW)
    (sealed.parent / ".2027-01-02-half.x1").mkdir()
    (sealed.parent / "notes").mkdir()
    listed = registry.versions()
    assert [one.version for one in listed] == ["2027-01-01-next", VERSION]
    assert [one.is_sealed for one in listed] == [False, True]
    assert [one.is_evaluated for one in listed] == [False, True]
    assert listed[0].created_at == NOW
    assert listed[0].attributes == ("TOXICITY", "INSULT", "SPAM")


def test_the_card_is_a_page_too_and_older_versions_have_none(
    candidate: Path, registry: Registry, trained: Trained
) -> None:
    assert registry.page(VERSION) is None
    registry.add_evaluation(VERSION, {}, "# card")
    assert not (candidate / "card.html").exists()
    registry.seal(VERSION)
    assert registry.load(VERSION).attributes
    registry.write("2027-01-01-next", trained.classifier, trained.metrics, "# next", NOW, "<!doctype html>")
    page = registry.page("2027-01-01-next")
    assert page is not None
    assert page.read_text() == "<!doctype html>"


def test_an_empty_registry_lists_nothing(tmp_path: Path) -> None:
    assert Registry(tmp_path / "none", tmp_path / "neither").versions() == []


def test_a_failed_write_leaves_nothing(registry: Registry, trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nan"):
        registry.write(VERSION, trained.classifier, {"auc": float("nan")}, "", NOW)
    assert not (tmp_path / "versions").exists() or not list((tmp_path / "versions").iterdir())


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "2026-11-22", "2026-11-22-", "2026-11-22-A", "2026-11-22-a/b", "latest"]
)
def test_a_name_is_a_date_and_a_word(registry: Registry, name: str) -> None:
    with pytest.raises(InvalidVersionName):
        registry.load(name)
    with pytest.raises(InvalidVersionName):
        registry.check_is_free(name)


def test_an_unknown_version_is_named(registry: Registry) -> None:
    with pytest.raises(UnknownVersion, match="2026-01-01-none"):
        registry.card("2026-01-01-none")


def test_the_shipped_version_is_small_and_whole() -> None:
    versions = Registry()
    name = versions.newest_shipped()
    assert versions.describe(name).is_sealed
    assert versions.describe(name).n_bytes < registries.LARGEST_SHIPPED_BYTES
    assert versions.evaluation(name)
    assert versions.metrics(name)["attributes"].keys() == set(versions.load(name).attributes)


@pytest.mark.parametrize("content", ["{}", '{"attributes": [], "created_at": "soon"}', '{"attributes": 3}'])
def test_a_manifest_that_says_too_little_is_named(candidate: Path, registry: Registry, content: str) -> None:
    (candidate / "manifest.json").write_text(content)
    with pytest.raises(DamagedVersion, match=VERSION):
        registry.versions()


def test_a_publication_is_sealed_at_once_and_never_overwritten(registry: Registry, trained: Trained) -> None:
    measured = (trained.classifier, trained.metrics, {"gate": {"passed": True}}, "# tiny\n", NOW, "<!doctype html>")
    folder = registry.publish(VERSION, *measured)
    assert registry.load(VERSION).attributes == trained.classifier.attributes
    assert registry.evaluation(VERSION) == {"gate": {"passed": True}}
    assert registry.page(VERSION) == folder / "card.html"
    registry.share(VERSION)  # there is nobody to share with
    with pytest.raises(VersionExists):
        registry.publish(VERSION, *measured)
    with pytest.raises(VersionExists):
        registry.add_evaluation(VERSION, {}, "# other\n")


def test_what_is_removed_is_gone_and_what_is_shipped_stays(sealed: Path, registry: Registry, tmp_path: Path) -> None:
    registry.ship(VERSION)
    registry.remove(VERSION)
    assert not sealed.exists()
    assert [one.is_shipped for one in registry.versions()] == [True]
    registry.remove(VERSION)  # twice is harmless
    Registry(None, tmp_path / "shipped").remove(VERSION)
    assert [one.version for one in registry.versions()] == [VERSION]
    assert list(sealed.parent.iterdir()) == []
    with pytest.raises(InvalidVersionName):
        registry.remove("../versions")
