"""OpenID Connect providers, by Authlib. Loaded where one is set alone: it takes a tenth of the start."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import RequestException

_ANSWER_SECONDS = 10
_LEEWAY_SECONDS = 5


class ProviderFailed(Exception):
    """The provider does not answer, or not as it should. The message holds no token."""


class Provider(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]  # Authlib has no types
    """A provider as Authlib knows it, without its ties to a web framework."""

    client_cls = OAuth2Session

    def leave(self, return_address: str) -> dict[str, str]:
        """Give the address to send someone to, and what must come back with them: state, nonce and code verifier.

        Raises:
            ProviderFailed: it does not answer, or is another than was named.
        """
        try:
            self._check_issuer()
            return dict(self.create_authorization_url(return_address))
        except _FAILURES as error:
            raise ProviderFailed(_told(error)) from error

    def tell(self, return_address: str, code: str, code_verifier: str, nonce: str) -> dict[str, Any]:
        """Exchange a code for what the provider says of who came back.

        Raises:
            ProviderFailed: the code or the answer is not good.
        """
        try:
            self._check_issuer()
            token = self.fetch_access_token(return_address, code=code, code_verifier=code_verifier)
            claims = dict(self.parse_id_token(token, nonce) or {})
            if not claims.get("sub"):
                raise ProviderFailed("it does not say who it is")
            if "email" not in claims and self.server_metadata.get("userinfo_endpoint"):
                more = dict(self.userinfo(token=token))
                if more.get("sub") != claims["sub"]:
                    raise ProviderFailed("userinfo is about someone else")
                claims = {**more, **claims}
        except _FAILURES as error:
            raise ProviderFailed(_told(error)) from error
        return claims

    def _check_issuer(self) -> None:
        """Insist that the description is that of the issuer who was asked; a wrong one is asked for again."""
        found = str(self.load_server_metadata().get("issuer", ""))
        if found.rstrip("/") != self.name.rstrip("/"):
            self.server_metadata: dict[str, Any] = {}
            raise ProviderFailed(f"it calls itself {found!r}")


_FAILURES = (RequestException, AuthlibBaseError, JoseError, RuntimeError, ValueError, KeyError, TypeError)
"""What Authlib and what it rests on raise when a provider does not answer as it should."""


@lru_cache(maxsize=4)
def provider(issuer: str, client_id: str | None, client_secret: str | None) -> Provider:
    """Know a provider for as long as the process lives: its description and keys are asked for once."""
    return Provider(
        None,
        name=issuer,
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": _ANSWER_SECONDS,
            "leeway": _LEEWAY_SECONDS,
        },
    )


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
