"""What the documentation says, held against the code: links, commands, settings, problems, routes, the receiver."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import click
import jsonschema_rs
import pytest
from click.testing import CliRunner
from flask import Flask
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from moderation import guidelines, settings, webhooks
from moderation.dispatch import Dispatcher, connect
from moderation.domain import Actor, Decision, Status
from moderation.store.database import Database
from service import problems
from service.app import create
from service.cli.main import main
from service.incoming import CommentIn, ScoreIn
from service.problems import Kind

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
API = (ROOT / "docs/api.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
RECEIVING = (ROOT / "docs/receiving-webhooks.md").read_text(encoding="utf-8")
NOW = datetime.now(UTC)

_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_ROUTE = re.compile(r"^### `(GET|POST|PUT|PATCH|DELETE) (/v1/\S+)`$", re.MULTILINE)
_EXAMPLE = re.compile(r"^(Request|Answer (\d{3}))\b.*?```json\n(.*?)```", re.MULTILINE | re.DOTALL)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [block for found, block in _FENCE.findall(text) if found == language]


# Links


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


# Commands


def command_lines() -> list[str]:
    """Every `ombuds …` in a block for the shell, or between backticks."""
    lines: set[str] = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines.update(re.findall(r"`(ombuds [^`\n]+)`", text))
        for line in "\n".join(blocks(text, "sh")).splitlines():
            for part in re.split(r"[|;>]|&&|\$\(", line.partition(" #")[0]):
                found = re.match(r"\s*(?:docker compose (?:run --rm|exec) \w+ )?(?:\.venv/bin/)?(ombuds .+)", part)
                if found:
                    lines.add(found[1].rstrip(" )"))
    return sorted(lines)


@pytest.mark.parametrize("line", command_lines())
def test_every_command_shown_exists_with_its_options(line: str) -> None:
    command: click.Command = main
    for word in shlex.split(line)[1:]:
        if word == "…":
            return
        if isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            assert found is not None, f"ombuds has no {word}"
            command = found
        elif word.startswith("--"):
            options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
            assert word in options, word


def test_commands_are_shown_at_all() -> None:
    assert len(command_lines()) > 20


@pytest.fixture
def record(sqlite_template: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a fresh record."""
    shutil.copyfile(sqlite_template, tmp_path / "ombuds.db")
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'ombuds.db'}",
        "REDIS_URL": f"unix://{tmp_path / 'none.sock'}",
        "OMBUDS_SECRET": "x" * 32,
        "OMBUDS_DATA": str(tmp_path / "var"),
        "OMBUDS_WEBHOOK_ALLOW": "127.0.0.0/8",
    }


def test_the_first_commands_print_what_the_pages_say(record: dict[str, str]) -> None:
    def printed(line: str) -> Any:
        done = CliRunner().invoke(main, line.split(), env=record)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert printed("site add example-news --json").keys() == {"site", "key"}
    assert printed("site key add example-news --json").keys() == {"site", "key"}
    address = "http://127.0.0.1:9000/hooks/ombuds"
    assert printed(f"webhook add {address} --site example-news --json").keys() == {"id", "secret"}


# Names


def code_names() -> list[str]:
    """Every dotted name of code in the glossary."""
    return sorted(set(re.findall(r"`([a-z]+(?:\.\w+)+)`", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"))))


@pytest.mark.parametrize("name", code_names())
def test_every_name_in_the_glossary_is_in_the_code(name: str) -> None:
    package = name.partition(".")[0]
    whole = name if package in {"moderation", "models", "worker", "service"} else f"moderation.{name}"
    assert resolve_name(whole) is not None


# Settings


class Recorded(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, **given: str) -> None:
        super().__init__(given)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


@pytest.fixture(scope="module")
def environment_read() -> set[str]:
    """The names of all variables that the settings read."""
    environment = Recorded(DATABASE_URL="sqlite:///x", REDIS_URL="redis://x", OMBUDS_SECRET="x" * 32)
    settings.read(environment)
    return environment.asked


def test_every_setting_is_in_the_table_and_no_other(environment_read: set[str]) -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)`( †)? \|", OPERATIONS, re.MULTILINE))
    assert {name for name in environment_read if not name.endswith("_FILE")} == set(rows)


def test_settings_that_can_come_from_files_are_marked(environment_read: set[str]) -> None:
    marked = set(re.findall(r"^\| `([A-Z_]+)` † \|", OPERATIONS, re.MULTILINE))
    assert marked == {name.removesuffix("_FILE") for name in environment_read if name.endswith("_FILE")}


def test_the_guidelines_shown_are_good_ones() -> None:
    (block,) = blocks(OPERATIONS, "toml")
    assert guidelines.parse(block).members[0].id == "respectful"


# Problems


def kinds() -> dict[str, int]:
    """Every type of problem that the service knows, with its status."""
    known = [*(value for value in vars(problems).values() if isinstance(value, Kind)), *problems.KINDS.values()]
    return {kind.type: kind.status for kind in known}


def test_every_problem_is_in_the_table_with_its_status_and_no_other() -> None:
    rows = re.findall(r"^\| `((?:urn|https):[^`]+)` \| (\d{3}) \|", API, re.MULTILINE)
    assert {found: int(status) for found, status in rows} == kinds()


# Routes


@pytest.fixture(scope="module")
def openapi(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The API's description of itself."""
    folder = tmp_path_factory.mktemp("docs")
    read = settings.read(
        {
            "DATABASE_URL": f"sqlite:///{folder / 'none.db'}",
            "REDIS_URL": f"unix://{folder / 'none.sock'}",
            "OMBUDS_SECRET": "x" * 32,
        }
    )
    database = Database(read.database_url)
    app = create(read, database, Dispatcher(connect(read.redis_url)), scorers=None)  # type: ignore[arg-type]  never asked
    spec: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
    database.close()
    return spec


def sections() -> dict[tuple[str, str], str]:
    """The page's section of each route."""
    found = list(_ROUTE.finditer(API))
    ends = [*(match.start() for match in found[1:]), len(API)]
    return {(match[1], match[2]): API[match.end() : end] for match, end in zip(found, ends, strict=True)}


def test_every_route_has_a_section_and_no_section_lacks_its_route(openapi: dict[str, Any]) -> None:
    routes = {(method.upper(), path) for path, methods in openapi["paths"].items() for method in methods}
    assert routes == set(sections())


def examples() -> list[Any]:
    """Every example body of a route: method, path, status (None for a request), body."""
    return [
        pytest.param(method, path, status or None, body, id=f"{method} {path} {what}")
        for (method, path), text in sections().items()
        for what, status, body in _EXAMPLE.findall(text)
    ]


def exactly(openapi: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that takes the described fields and no others."""
    components = deepcopy(openapi["components"])
    for described in components["schemas"].values():
        if "properties" in described:
            described.setdefault("additionalProperties", False)
    return {**schema, "components": components}


@pytest.mark.parametrize(("method", "path", "status", "body"), examples())
def test_every_example_has_the_described_shape(
    openapi: dict[str, Any], method: str, path: str, status: str | None, body: str
) -> None:
    operation = openapi["paths"][path][method.lower()]
    described = operation["responses"][status] if status else operation["requestBody"]
    schema = exactly(openapi, described["content"]["application/json"]["schema"])
    jsonschema_rs.validate(schema, json.loads(body))


def test_every_block_of_json_is_json() -> None:
    for page in PAGES:
        for block in blocks(page.read_text(encoding="utf-8"), "json"):
            json.loads(block)


def test_the_tour_posts_what_the_api_takes() -> None:
    tour = (ROOT / "README.md").read_text(encoding="utf-8")
    comment, text = re.findall(r"-d '(\{.*?\})'", tour, re.DOTALL)
    CommentIn.model_validate_json(comment)
    ScoreIn.model_validate_json(text)


# The receiver


SECRET = webhooks.new_secret()


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The receiver as the page shows it."""
    (source,) = blocks(RECEIVING, "python")
    file = tmp_path / "receiver.py"
    file.write_text(source, encoding="utf-8")
    monkeypatch.setenv("OMBUDS_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("RECEIVER_FILE", str(tmp_path / "receiver.sqlite3"))
    spec = spec_from_file_location("receiver_of_the_docs", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    app: Flask = module.app
    return app


@pytest.fixture
def published(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the receiver has acted upon so far."""
    return lambda: [record.getMessage() for record in caplog.records if record.name == "receiver_of_the_docs"]


def message(sequence: int, status: Status = Status.APPROVED) -> str:
    """A message's body, as Ombuds writes it."""
    decision = Decision(
        f"dec_{sequence}", 1, "c-1", 1, sequence, status, Status.PENDING, Actor.POLICY, (), "v", "g", NOW, NOW
    )
    return webhooks.body(decision)


def send(app: Flask, body: str, headers: dict[str, str]) -> TestResponse:
    return app.test_client().post("/hooks/ombuds", data=body.encode(), headers=headers)


def signed(name: str, body: str, at: datetime | None = None) -> dict[str, str]:
    """The headers that Ombuds sends with a body."""
    return webhooks.headers(name, body, [SECRET], at or datetime.now(UTC))


def test_the_receiver_of_the_page_takes_a_signed_message_once(
    receiver: Flask, published: Callable[[], list[str]]
) -> None:
    body = message(1)
    assert send(receiver, body, signed("msg_1", body)).status_code == 204
    assert send(receiver, body, signed("msg_1", body)).status_code == 204
    assert published() == ["c-1 is APPROVED"]


def test_the_receiver_of_the_page_drops_what_comes_late(receiver: Flask, published: Callable[[], list[str]]) -> None:
    for name, body in (("msg_2", message(2, Status.REJECTED)), ("msg_1", message(1)), ("msg_3", message(3))):
        assert send(receiver, body, signed(name, body)).status_code == 204
    assert published() == ["c-1 is REJECTED", "c-1 is APPROVED"]


@pytest.mark.parametrize("minutes", [-6, 6])
def test_the_receiver_of_the_page_refuses_what_is_old_or_from_the_future(receiver: Flask, minutes: int) -> None:
    body = message(1)
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert send(receiver, body, signed("msg_1", body, at)).status_code == 400


def test_the_receiver_of_the_page_refuses_a_changed_body(receiver: Flask, published: Callable[[], list[str]]) -> None:
    headers = signed("msg_1", message(1, Status.REJECTED))
    assert send(receiver, message(1, Status.APPROVED), headers).status_code == 400
    assert published() == []


@pytest.mark.parametrize("signature", ["", "nonsense", "v1,not base64", "v1a,AAAA"])
def test_the_receiver_of_the_page_refuses_nonsense_for_a_signature(receiver: Flask, signature: str) -> None:
    body = message(1)
    headers = {**signed("msg_1", body), "webhook-signature": signature}
    assert send(receiver, body, headers).status_code == 400


@pytest.fixture
def served(receiver: Flask) -> Iterator[str]:
    """The address of the receiver on a real port."""
    server = make_server("127.0.0.1", 0, receiver, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hooks/ombuds"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl")
@pytest.mark.parametrize(
    ("what", "to", "status"),
    [
        ("as it stands", "", "204"),
        ('-d "$body"', '-d "$body "', "400"),
        ("timestamp=$(date +%s)", "timestamp=$(($(date +%s) - 600))", "400"),
    ],
    ids=["as it stands", "changed after signing", "ten minutes old"],
)
def test_signing_by_hand_does_what_the_page_says(served: str, what: str, to: str, status: str) -> None:
    (script,) = (block for block in blocks(RECEIVING, "sh") if "openssl dgst" in block)
    assert not to or what in script
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(what, to)],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "URL": served, "SECRET": SECRET},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout == f"{status}\n"
