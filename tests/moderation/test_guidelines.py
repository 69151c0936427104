"""Guidelines: what a file of them may say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import guidelines
from moderation.errors import InvalidGuidelines, UnknownGuideline
from moderation.guidelines import Sample, Threshold, parse

ONE = """
[[guideline]]
id = "kind"
title = " Be kind "
wording = "Be kind."
attributes = ["TOXICITY", "INSULT"]
approve_below = 0.5
reject_above = 1
"""


def _changed(old: str, new: str) -> str:
    assert old in ONE
    return ONE.replace(old, new)


def test_every_site_starts_with_the_five_that_ship() -> None:
    shipped = guidelines.default()
    assert [one.id for one in shipped.members] == ["respectful", "no-hate", "no-threats", "clean-language", "no-spam"]
    assert shipped is guidelines.default()


def test_a_guideline_is_read_as_written() -> None:
    (kind,) = parse(ONE).members
    assert (kind.id, kind.title, kind.wording) == ("kind", "Be kind", "Be kind.")
    assert kind.attributes == ("TOXICITY", "INSULT")
    assert kind.threshold == Threshold(0.5, 1.0)


def test_guidelines_are_found_by_id() -> None:
    parsed = parse(ONE)
    assert parsed.find("kind") is parsed.members[0]
    assert parsed.find("other") is None


def test_comments_and_white_space_make_no_new_version() -> None:
    assert parse("# ours\n\n" + ONE.replace(" = ", "=")).version == parse(ONE).version


@pytest.mark.parametrize(
    ("old", "new"),
    [("0.5", "0.4"), ('"kind"', '"kinder"'), ("Be kind.", "Be very kind."), (', "INSULT"', "")],
)
def test_a_changed_rule_makes_a_new_version(old: str, new: str) -> None:
    assert parse(_changed(old, new)).version != parse(ONE).version


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("id =", "not TOML"),
        ("", "no guidelines"),
        ("guideline = []", "no guidelines"),
        ("guideline = 3", "no guidelines"),
        ("guideline = [3]", "guideline 1: write it as a [[guideline]] table"),
        ("title = 'x'\n" + ONE, "unknown key 'title'"),
        (ONE * 51, "51 guidelines: at most 50"),
        (ONE * 2, "guideline kind: the id is used twice"),
        (_changed('id = "kind"', ""), "guideline 1: id is missing"),
        (_changed('id = "kind"', "id = 7"), "guideline 1: id must be 1 to 64"),
        (_changed('"kind"', '"Kind!"'), "guideline Kind!: id must be 1 to 64 of a-z, 0-9 and -"),
        (_changed("title", "headline"), "guideline kind: title is missing"),
        (_changed("title", "headline"), "guideline kind: unknown key 'headline'"),
        (_changed('" Be kind "', '" "'), "guideline kind: title must be text"),
        (_changed('"Be kind."', "3"), "guideline kind: wording must be text"),
        (_changed('["TOXICITY", "INSULT"]', "[]"), "guideline kind: attributes must be a list"),
        (_changed('["TOXICITY", "INSULT"]', '"TOXICITY"'), "guideline kind: attributes must be a list"),
        (_changed("INSULT", "insult"), "guideline kind: attributes must be a list"),
        (_changed("0.5", "-0.1"), "must be numbers from 0 to 1"),
        (_changed("0.5", "nan"), "must be numbers from 0 to 1"),
        (_changed("0.5", "true"), "must be numbers from 0 to 1"),
        (_changed("reject_above = 1", "reject_above = 0.4"), "approve_below 0.5 is above reject_above 0.4"),
        (_changed("reject_above = 1", ""), "guideline kind: reject_above is missing"),
    ],
)
def test_what_breaks_the_rules_is_refused_with_what_to_mend(source: str, problem: str) -> None:
    with pytest.raises(InvalidGuidelines) as refused:
        parse(source)
    assert any(problem in one for one in refused.value.problems), refused.value.problems


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(InvalidGuidelines) as refused:
        parse(_changed("0.5", "7").replace("INSULT", "insult") + "\n[other]\n")
    assert len(refused.value.problems) == 3


@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused_with_problems(source: str) -> None:
    try:
        assert parse(source).members
    except InvalidGuidelines as refused:
        assert refused.problems  # noqa: PT017  either is right


@given(st.floats(0, 1), st.floats(0, 1))
def test_cut_offs_are_taken_exactly_when_in_order(approve_below: float, reject_above: float) -> None:
    source = _changed("= 0.5", f"= {approve_below!r}").replace("= 1\n", f"= {reject_above!r}\n")
    if approve_below <= reject_above:
        assert parse(source).members[0].threshold == Threshold(approve_below, reject_above)
    else:
        with pytest.raises(InvalidGuidelines, match="is above"):
            parse(source)


WORDS_LIKE_RULES = ONE.replace(
    '"Be kind."', "'''\nWe say:\napprove_below = 0.1\n[[guideline]]\nid = \"kind\"\napprove_below = 0.2\n'''"
)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(ONE, id="plain"),
        pytest.param("# ours\n" + ONE + ONE.replace('"kind"', "'other'"), id="one of two"),
        pytest.param(ONE.replace("[[guideline]]", "[[ guideline ]]  # first").replace("= 1", "= +1e0"), id="odd"),
        pytest.param(WORDS_LIKE_RULES, id="wording that looks like rules"),
        pytest.param(ONE.replace("= 1", "= 0x1"), id="a number in another notation"),
        pytest.param(ONE.replace("Be kind.", 'Say \\"\\u007f\\" 🙂\\t\\\\'), id="characters to quote"),
        pytest.param("guideline = [{%s}]" % ", ".join(ONE.strip().splitlines()[1:]), id="inline"),  # noqa: UP031
    ],
)
def test_other_cut_offs_change_nothing_else(source: str) -> None:
    before = parse(source)
    after = parse(guidelines.recut(before, "kind", Threshold(0.3, 0.85)))
    assert after.find("kind") == replace(before.members[0], threshold=Threshold(0.3, 0.85))
    assert after.members[1:] == before.members[1:]


def test_other_cut_offs_leave_comments_where_they_are() -> None:
    source = "# ours\n" + ONE.replace("0.5", "0.5  # after the summer") + "\n# the end\n"
    expected = source.replace("= 0.5 ", "= 0.30 ").replace("= 1\n", "= 0.85\n")
    assert guidelines.recut(parse(source), "kind", Threshold(0.3, 0.85)) == expected


def test_a_guideline_that_is_not_there_has_no_cut_offs() -> None:
    with pytest.raises(UnknownGuideline):
        guidelines.recut(parse(ONE), "other", Threshold(0.3, 0.85))


# The blind sample's shares


def test_what_a_site_does_not_say_is_drawn_by_default_and_makes_no_new_version() -> None:
    plain, told = parse(ONE), parse(ONE + "\n[sample]\napproved = 0.02\n")
    assert plain.sample == Sample(0.005, 0.05) == guidelines.default().sample
    assert told.sample == Sample(0.02, 0.05)
    assert told.version == plain.version


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("sample = 5\n", "write it as a"),
        ("[sample]\nheld = 0.5\n", "unknown key 'held'"),
        ("[sample]\napproved = 1.5\n", "approved must be a number from 0 to 1"),
        ("[sample]\nrejected = true\n", "rejected must be a number from 0 to 1"),
    ],
)
def test_shares_that_are_none_are_refused(said: str, problem: str) -> None:
    with pytest.raises(InvalidGuidelines, match=problem):
        parse(said + ONE if said.startswith("sample") else ONE + said)


def test_shares_can_be_changed_and_outlive_other_changes() -> None:
    commented = "# Ours.\n[sample]\napproved = 0.1\n" + ONE
    changed = guidelines.resample(parse(commented), Sample(0.2, 1))
    assert changed.startswith("# Ours.")
    assert parse(changed).sample == Sample(0.2, 1)
    assert parse(changed).members == parse(ONE).members
    moved = parse(guidelines.recut(parse(changed), "kind", Threshold(0.25, 0.75)))
    assert (moved.sample, moved.members[0].threshold) == (Sample(0.2, 1), Threshold(0.25, 0.75))
    odd = parse("sample = {approved = 0.1, rejected = 0}\n" + ONE)
    assert parse(guidelines.resample(odd, Sample(0.3, 0.3))).sample == Sample(0.3, 0.3)
    assert parse(guidelines.resample(odd, Sample())).sample == Sample()
    quoting = parse(_changed('"Be kind."', "'''Be\n[sample]\nnot\n[kind].'''"))
    again = parse(guidelines.resample(quoting, Sample(0.3, 0.3)))
    assert (again.members, again.sample) == (quoting.members, Sample(0.3, 0.3))
    both = "sample = {approved = 0.1}\nguideline = [{id = 'kind', title = 'Kind', wording = 'Kind.', "
    both += "attributes = ['A'], approve_below = 0.5, reject_above = 1}]\n"
    assert parse(guidelines.recut(parse(both), "kind", Threshold(0.2, 0.7))).sample == Sample(0.1, 0.05)
