"""Real clients of Perspective, as they are, against the running server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import httplib2
import pytest
import requests
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from sqlalchemy import select

from moderation.domain import KeyKind
from moderation.tables import labels

DISCOVERY = "/$discovery/rest?version=v1alpha1"


@pytest.fixture(scope="module")
def key(served: Any) -> str:
    return str(served.key_for(KeyKind.PERSPECTIVE))


@pytest.fixture(scope="module")
def by_address(served: Any, key: str) -> Iterator[Any]:
    """Google's client, built from the address of the description."""
    with discovery.build(
        "commentanalyzer",
        "v1alpha1",
        developerKey=key,
        discoveryServiceUrl=served.url + DISCOVERY,
        static_discovery=False,
    ) as client:
        yield client


@pytest.fixture(scope="module")
def by_document(served: Any, key: str) -> Iterator[Any]:
    """Google's client, built from a description that somebody kept, for another address."""
    kept = requests.get(served.url + DISCOVERY, timeout=5).text.replace(served.url, "https://elsewhere.example")
    http = httplib2.Http(timeout=5)
    with discovery.build_from_document(
        kept, developerKey=key, http=http, client_options={"api_endpoint": served.url}
    ) as client:
        yield client


@pytest.mark.parametrize("built", ["by_address", "by_document"])
def test_google_s_python_client_scores_and_suggests(built: str, request: pytest.FixtureRequest, served: Any) -> None:
    client = request.getfixturevalue(built)
    answer = (
        client.comments()
        .analyze(
            body={"comment": {"text": "What an idiot."}, "requestedAttributes": {"INSULT": {}}, "languages": ["en"]}
        )
        .execute()
    )
    assert answer["attributeScores"]["INSULT"]["summaryScore"] == {"value": 0.99, "type": "PROBABILITY"}
    assert answer["attributeScores"]["INSULT"]["spanScores"][0]["end"] == 14
    scores = {"INSULT": {"summaryScore": {"value": 1}}}
    body = {"comment": {"text": "Vile."}, "attributeScores": scores, "clientToken": f"comment:{built}"}
    assert client.comments().suggestscore(body=body).execute()["clientToken"] == f"comment:{built}"
    database = served.database
    with database.reading() as tx:
        found = tx.execute(select(labels.c.value).where(labels.c.external_id == built)).scalars().all()
    database.close()
    assert found == [1.0]


def test_google_s_python_client_reads_our_errors(by_address: Any) -> None:
    asked = {"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["om"]}
    with pytest.raises(HttpError) as caught:
        by_address.comments().analyze(body=asked).execute()
    assert (caught.value.resp.status, caught.value.reason) == (
        400,
        "Attribute TOXICITY does not support request languages: om",
    )
    assert caught.value.error_details[0]["languageNotSupportedByAttributeError"]["attribute"] == "TOXICITY"


def test_the_sample_that_sends_no_content_type(served: Any, key: str) -> None:
    data = {"comment": {"text": "What an idiot."}, "requestedAttributes": {"INSULT": {}}, "doNotStore": True}
    url = f"{served.url}/v1alpha1/comments:analyze?key={key}"
    response = requests.post(url=url, data=json.dumps(data), timeout=5)
    assert "Content-Type" not in response.request.headers
    assert json.loads(response.content)["attributeScores"]["INSULT"]["summaryScore"]["value"] == 0.99


def test_a_client_that_tries_its_key_with_an_empty_body(served: Any, key: str) -> None:
    """PyPerspective does, and takes the first detail of the error for granted."""
    for given, reason in ((key, None), ("guessed", "API_KEY_INVALID")):
        answer = requests.post(f"{served.url}/v1alpha1/comments:analyze?key={given}", timeout=5).json()
        assert answer["error"]["details"][0].get("reason") == reason


def test_no_key_is_in_the_log_or_in_the_numbers(served: Any, key: str) -> None:
    requests.post(f"{served.url}/comments:analyze?key={key}", data=b"{", timeout=5)
    numbers = requests.get(f"{served.url}/metrics", timeout=5).text
    assert 'route="/comments:analyze"' in numbers
    assert key not in numbers
    assert key not in served.log.read_text()


# Clients of Node.js, where they are

GOOGLEAPIS = """
const { google } = require('googleapis');
const { BASE, KEY } = process.env;
google.discoverAPI(BASE + '/$discovery/rest?version=v1alpha1').then(async (client) => {
  const resource = { comment: { text: 'What an idiot.' }, requestedAttributes: { INSULT: {} }, languages: ['en'] };
  const scored = await client.comments.analyze({ key: KEY, resource });
  const refused = await client.comments.analyze({ key: 'guessed', resource }).catch((error) => error);
  console.log(JSON.stringify([scored.data.attributeScores.INSULT.summaryScore.value, refused.message]));
});
"""

PERSPECTIVE_API_CLIENT = """
const path = require('path');
const Perspective = require('perspective-api-client');
const beside = { paths: [path.dirname(require.resolve('perspective-api-client'))] };
const axios = require(require.resolve('axios', beside));
const { BASE, KEY } = process.env;
axios.interceptors.request.use((asked) => {
  asked.url = asked.url.replace('https://commentanalyzer.googleapis.com', BASE);
  return asked;
});
const ask = (apiKey) => new Perspective({ apiKey }).analyze('What an idiot.', { attributes: ['insult'] });
(async () => {
  const scored = await ask(KEY);
  const refused = await ask('guessed').catch((error) => error);
  console.log(JSON.stringify([scored.attributeScores.INSULT.summaryScore.value, refused.message]));
})();
"""


@pytest.fixture(scope="module")
def run_node(served: Any, key: str) -> Callable[[str, str], Any]:
    """Run a script of Node.js that uses a package; skip where either is missing (NODE_PATH says where packages are)."""

    def run(package: str, script: str) -> Any:
        node = shutil.which("node")
        if node is None:
            pytest.skip("Node.js is not installed")
        found = subprocess.run([node, "-e", f"require.resolve('{package}')"], capture_output=True, check=False)
        if found.returncode:
            pytest.skip(f"the npm package {package} is not installed where NODE_PATH points")
        environment = {**os.environ, "BASE": served.url, "KEY": key}
        done = subprocess.run(
            [node, "-e", script], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize(
    ("package", "script"), [("googleapis", GOOGLEAPIS), ("perspective-api-client", PERSPECTIVE_API_CLIENT)]
)
def test_clients_of_node(run_node: Callable[[str, str], Any], package: str, script: str) -> None:
    score, refused = run_node(package, script)
    assert score == 0.99
    assert "API key not valid. Please pass a valid API key." in refused
