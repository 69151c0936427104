"""What to change in each known client of another service, so that it works against Ombuds: its key and its address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from moderation.domain import KeyKind


@dataclass(frozen=True, slots=True)
class Client:
    """A client by its name, and the lines to change in it; what it calls an address is written out."""

    name: str
    lines: tuple[str, ...]


def address(kind: KeyKind, url: str, key: str) -> str:
    """Tell the address that clients of a kind are given, where the service is reached at `url`."""
    match kind:
        case KeyKind.CORAL:
            return f"{url}/coral/{key}/moderate"
        case KeyKind.OPENAI:
            return f"{url}/v1"
        case _:
            return url


def clients(kind: KeyKind, url: str, key: str, site: str) -> list[Client]:
    """Tell what to change in each known client of a kind."""
    match kind:
        case KeyKind.PERSPECTIVE:
            return _of_perspective(url, key)
        case KeyKind.CORAL:
            return _of_coral(url, key, site)
        case KeyKind.AKISMET:
            return _of_akismet(url, key)
        case KeyKind.OPENAI:
            return _of_openai(url, key)
        case _:
            return [Client("The API of Ombuds", (f"POST {url}/v1/comments", f"Authorization: Bearer {key}"))]


def _of_perspective(url: str, key: str) -> list[Client]:
    discovery = f"{url}/$discovery/rest?version=v1alpha1"
    return [
        Client("Any that posts by itself", (f"{url}/v1alpha1/comments:analyze?key={key}",)),
        Client(
            "Python, google-api-python-client",
            (
                f'discovery.build("commentanalyzer", "v1alpha1", developerKey="{key}",',
                f'                discoveryServiceUrl="{discovery}", static_discovery=False)',
            ),
        ),
        Client(
            "the same, from a document of your own",
            (f'build_from_document(document, developerKey="{key}", client_options={{"api_endpoint": "{url}"}})',),
        ),
        Client("Python, perspective", (f'client.api_client.url = "{url}/v1alpha1/{{endpoint}}"',)),
        Client("Node.js, googleapis", (f'google.discoverAPI("{discovery}")',)),
        Client(
            "Coral (Configure > Moderation > Toxic comment filter)",
            (f"Custom endpoint: {url}/v1alpha1", f"API key: {key}"),
        ),
        Client(
            "perspective-api-client and others with Google's address built in",
            ("docs/migrate-from-perspective.md has what to do",),
        ),
    ]


def _of_coral(url: str, key: str, site: str) -> list[Client]:
    return [
        Client(
            "Coral, before a comment is published (Configure > Moderation Phases > Add external moderation phase)",
            (f"Callback URL: {address(KeyKind.CORAL, url, key)}",),
        ),
        Client(
            "Coral, what moderators decide (Configure > Webhooks > Add webhook endpoint)",
            (f"Endpoint URL: {url}/coral/{key}/events",),
        ),
        Client(
            "Coral, toxicity (Configure > Moderation > Toxic comment filter)",
            (f"Custom endpoint: {url}/v1alpha1", f"API key: {key}"),
        ),
        Client(
            "Here, with each signing secret that Coral shows you then",
            (f"ombuds site coral-secret add {site}",),
        ),
    ]


def _of_akismet(url: str, key: str) -> list[Client]:
    parts = urlsplit(url)
    host, scheme = parts.hostname or "", parts.scheme
    port = parts.port or (443 if scheme == "https" else 80)
    return [
        Client(
            "Python, akismet",
            (
                "def to_ombuds(request):",
                f'    request.url = request.url.copy_with(scheme="{scheme}", host="{host}", port={port})',
                f'akismet.SyncClient(config=akismet.Config(key="{key}", url=BLOG), http_client=httpx.Client(',
                '    headers={"User-Agent": akismet.USER_AGENT}, event_hooks={"request": [to_ombuds]}))',
            ),
        ),
        Client(
            "Node.js, akismet-api (needs a DNS name for KEY.host as well: *." + host + ")",
            (f'new AkismetClient({{ key: "{key}", blog: BLOG, host: "{parts.netloc}", protocol: "{scheme}" }})',),
        ),
        Client(
            "WordPress (in a file under wp-content/mu-plugins)",
            (
                "add_filter('pre_http_request', function ($done, $asked, $url) {",
                "  $ours = preg_replace('#^https?://[^/]*rest\\.akismet\\.com#', '" + url + "', $url);",
                "  return $ours === $url ? $done : wp_remote_request($ours, $asked);",
                "}, 10, 3);",
                f"API key in Settings > Akismet: {key}",
            ),
        ),
    ]


def _of_openai(url: str, key: str) -> list[Client]:
    base = address(KeyKind.OPENAI, url, key)
    return [
        Client("Any that reads the environment", (f"OPENAI_BASE_URL={base}", f"OPENAI_API_KEY={key}")),
        Client("Python, openai", (f'OpenAI(base_url="{base}", api_key="{key}")',)),
        Client("Node.js, openai", (f'new OpenAI({{ baseURL: "{base}", apiKey: "{key}" }})',)),
    ]
