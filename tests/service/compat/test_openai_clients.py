"""OpenAI's own clients against the running server: the SDK of Python, and that of Node.js where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from moderation.domain import KeyKind


@pytest.fixture(scope="module")
def key(served: Any) -> str:
    return str(served.key_for(KeyKind.OPENAI))


@pytest.fixture
def sdk(served: Any, key: str) -> Iterator[OpenAI]:
    with OpenAI(api_key=key, base_url=f"{served.url}/v1", timeout=5) as client:
        yield client


def test_the_sdk_reads_results(sdk: OpenAI) -> None:
    made = sdk.moderations.create(input="What an idiot.")
    assert made.id.startswith("modr-")
    assert made.model == "omni-moderation-latest"
    assert made._request_id.startswith("req_")
    (result,) = made.results
    assert result.flagged
    assert (result.categories.harassment, result.categories.hate_threatening) == (True, False)
    assert (result.category_scores.harassment, result.category_scores.sexual_minors) == (0.99, 0.0)
    assert result.category_applied_input_types.harassment == ["text"]
    assert result.category_applied_input_types.illicit_violent == []
    several = sdk.moderations.create(input=["Well said.", "I will burn it down."], model="text-moderation-stable")
    assert [one.flagged for one in several.results] == [False, True]
    assert several.results[1].categories.violence
    parts = sdk.moderations.create(input=[{"type": "text", "text": "Well said."}])
    assert [one.flagged for one in parts.results] == [False]


def test_the_sdk_raises_what_it_should(sdk: OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError, match="Incorrect API key") as refused:
        sdk.with_options(api_key="omb_guessed").moderations.create(input="a")
    assert refused.value.code == "invalid_api_key"
    image = {"type": "image_url", "image_url": {"url": "https://blog.example/cat.png"}}
    with pytest.raises(openai.BadRequestError) as unseen:
        sdk.moderations.create(input=[image])  # type: ignore[list-item]
    assert (unseen.value.param, unseen.value.code) == ("input[0]", "image_not_supported")
    with pytest.raises(openai.InternalServerError):
        sdk.with_options(max_retries=5).moderations.create(input="crash")


NODE = """
const OpenAI = require('openai');
const { BASE, KEY } = process.env;
const connect = (apiKey) => new OpenAI({ apiKey, baseURL: BASE + '/v1' });
(async () => {
  const made = await connect(KEY).moderations.create({ input: ['Well said.', 'What an idiot.'] });
  const refused = await connect('omb_guessed').moderations.create({ input: 'a' }).catch((error) => error);
  const kinds = [refused instanceof OpenAI.AuthenticationError, refused.status, refused.code];
  console.log(JSON.stringify([made.results.map((one) => one.category_scores.harassment), kinds]));
})();
"""


def test_the_sdk_of_node(run_script: Callable[..., Any], served: Any, key: str) -> None:
    scores, kinds = run_script("openai", NODE, BASE=served.url, KEY=key)
    assert scores == [0.02, 0.99]
    assert kinds == [True, 401, "invalid_api_key"]
