"""Real clients of Akismet against the running server: PyPI's akismet, and npm's akismet-api where Node.js is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import akismet
import httpx
import pytest
from sqlalchemy import select

from moderation.domain import KeyKind
from moderation.tables import labels

BLOG = "https://blog.example/"
READER = "192.0.2.7"


@pytest.fixture(scope="module")
def key(served: Any) -> str:
    return str(served.key_for(KeyKind.AKISMET))


@pytest.fixture
def redirected(served: Any) -> Iterator[httpx.Client]:
    """Akismet's address leads to us; the Host header still names Akismet."""
    host, port = served.address

    def redirect(request: httpx.Request) -> None:
        if request.url.host == "rest.akismet.com":
            request.url = request.url.copy_with(scheme="http", host=host, port=port)

    agent = {"User-Agent": akismet.USER_AGENT}
    with httpx.Client(headers=agent, timeout=5, event_hooks={"request": [redirect]}) as client:
        yield client


def test_pypis_client_checks_corrects_and_counts(redirected: httpx.Client, served: Any, key: str) -> None:
    config = akismet.Config(key=key, url=BLOG)
    client = akismet.SyncClient.validated_client(config=config, http_client=redirected)
    told = {"comment_type": "comment", "comment_author": "Ida", "user_agent": "Mozilla/5.0"}
    assert client.comment_check(READER, comment_content="Well said.", **told) is akismet.CheckResponse.HAM
    assert client.comment_check(READER, comment_content="What an idiot.", **told) is akismet.CheckResponse.SPAM
    assert client.comment_check(READER, comment_content="Casino!", **told) is akismet.CheckResponse.DISCARD
    assert client.comment_check(READER, comment_content="Well said.", user_role="administrator", is_test=1) == 0
    assert client.comment_check(READER, comment_author="akismet-guaranteed-spam", is_test=1) == 1
    assert client.submit_spam(READER, comment_content="Buy my book, told by PyPI.", **told) is True
    assert client.submit_ham(READER, comment_content="Buy my book, told by PyPI.", **told) is True
    usage = client.usage_limit()
    assert (usage["limit"], usage["throttled"]) == ("none", False)
    assert usage["usage"] >= 2  # counts come after answers
    with pytest.raises(akismet.APIKeyError):
        client.key_sites()  # this client sends no key with it
    with served.database.reading() as tx:
        said = select(labels.c.value, labels.c.withdrawn_at).where(labels.c.text == "Buy my book, told by PyPI.")
        stands = {row.value: row.withdrawn_at is None for row in tx.execute(said)}
    assert stands == {1.0: False, 0.0: True}


def test_pypis_client_knows_a_wrong_key_and_reads_our_errors(redirected: httpx.Client, key: str) -> None:
    wrong = akismet.Config(key="abcdefghijkl", url=BLOG)
    with pytest.raises(akismet.APIKeyError):
        akismet.SyncClient.validated_client(config=wrong, http_client=redirected)
    with pytest.raises(akismet.APIKeyError):
        akismet.SyncClient(config=wrong, http_client=redirected).comment_check(READER, comment_content="Well said.")
    client = akismet.SyncClient(config=akismet.Config(key=key, url=BLOG), http_client=redirected)
    with pytest.raises(akismet.ProtocolError, match="the log says more"):
        client.comment_check(READER, comment_content="crash")


# Clients of Node.js, where they are; both put the key before the host's name

LOCAL = """
const dns = require('dns');
dns.lookup = (name, options, done) => done(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
const { PORT, KEY } = process.env;
const blog = 'https://blog.example';
"""
AKISMET_API = """
const { AkismetClient } = require('akismet-api');
const connect = (key) => new AkismetClient(
  { key, blog, host: `akismet.test:${PORT}`, protocol: 'http', charset: 'UTF-8' });
const client = connect(KEY);
const comment = (content) => ({ ip: '192.0.2.7', useragent: 'Mozilla/5.0', content, isTest: false, name: 'Ida' });
(async () => {
  const asked = [
    client.verifyKey(), connect('abcdefghijkl').verifyKey(),
    client.checkSpam(comment('Well said.')), client.checkSpam(comment('Casino!')),
    client.submitSpam(comment('told by akismet-api')).then((answer) => answer.text),
    connect('abcdefghijkl').checkSpam(comment('Well said.')).catch((error) => error.message),
  ];
  console.log(JSON.stringify(await Promise.all(asked)));
})();
"""
AKISMET = """
const { promisify } = require('util');
const { client } = require('akismet');
const connect = (apiKey) => client({ apiKey, blog, host: 'akismet.test', port: Number(PORT) });
const ask = (key, method, ...given) => promisify(connect(key)[method].bind(connect(key)))(...given);
const comment = (comment_content) => ({ user_ip: '192.0.2.7', comment_content, comment_author: 'Ida' });
(async () => {
  const asked = [
    ask(KEY, 'verifyKey'), ask('abcdefghijkl', 'verifyKey'),
    ask(KEY, 'checkComment', comment('Well said.')), ask(KEY, 'checkComment', comment('Casino!')),
    ask(KEY, 'submitSpam', comment('told by akismet')).then(() => null),
  ];
  console.log(JSON.stringify(await Promise.all(asked)));
})();
"""
THANKS = "Thanks for making the web a better place."
TOLD = {
    "akismet-api": (AKISMET_API, [True, False, False, True, THANKS, "Invalid API key"]),
    "akismet": (AKISMET, [True, False, False, True, None]),
}


@pytest.mark.parametrize("package", TOLD)
def test_npms_clients(package: str, run_script: Callable[..., Any], served: Any, key: str) -> None:
    script, expected = TOLD[package]
    assert run_script(package, LOCAL + script, PORT=str(served.address[1]), KEY=key) == expected
    with served.database.reading() as tx:
        said = select(labels.c.value).where(labels.c.text == f"told by {package}")
        assert tx.execute(said).scalars().all() == [1.0]
