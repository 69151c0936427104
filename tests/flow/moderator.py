"""A moderator at the console of a running Ombuds: signed in, deciding by its forms, with an opinion of their own."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import urllib3
from sqlalchemy import text

from moderation import moderators, sign_in
from moderation.desk import Post, Role
from service.console.pages import COOKIE
from tests.flow.running import SECRET

if TYPE_CHECKING:
    from tests.flow.publisher import Publisher
    from tests.flow.running import Running

_THINGS = (
    *("the ferry timetable", "the new library", "the harbour wall", "the school kitchen", "the night bus"),
    *("the market square", "the river path", "the swimming hall", "the bus depot", "the town orchestra"),
    *("the old brewery", "the cycle lane", "the flood barrier", "the hospital car park", "the allotments"),
    *("the museum roof", "the lighthouse", "the tram line", "the rowing club", "the fish market"),
)
_FINE = (
    "I walked past {} this morning and was glad of it.",
    "Could somebody say what {} will cost in the end?",
    "My mother remembers {} from before the war.",
    "The council should have asked us about {} first.",
    "I disagree about {}, but the figures are new to me.",
    "Thank you for explaining {} with a map.",
    "Nobody uses {} in winter, that is the trouble.",
    "There was a better plan for {} ten years ago.",
    "We took the children to see {} on Sunday.",
    "What happens to {} when the money runs out?",
    "I would rather have {} than another car park.",
    "The photograph of {} is lovely.",
    "It is easy to forget how {} used to look.",
    "Has anyone counted who needs {} at all?",
    "They promised {} in spring, and now it is autumn.",
)
_BOUGHT = (
    "Who paid your paper to write this about {}?",
    "This piece on {} was bought, and everyone can smell it.",
    "Another advert for {} dressed up as journalism.",
    "How much did the developers pay you for {}?",
    "Your reporter is in somebody's pocket over {}.",
    "Bought and paid for, like all you print on {}.",
    "Tell us who paid for the lines about {}.",
    "Paid journalism again, and {} is the proof.",
    "The mayor pays you well for praising {}.",
    "I see the cheque for {} has cleared at your desk.",
    "Sponsored nonsense: {} deserves real reporters.",
    "Whoever bought this article on {} wants his money back.",
    "Your paper sold itself over {} long ago.",
    "An article on {} with the receipt still attached.",
    "You print what you are paid to print about {}.",
)


def opinions() -> dict[str, bool]:
    """Write 600 comments in turn, and say which of them this moderator rejects: those that call the paper bought."""
    kind = [(line.format(thing), False) for thing, line in product(_THINGS, _FINE)]
    unkind = [(line.format(thing), True) for thing, line in product(_THINGS, _BOUGHT)]
    return dict(one for pair in zip(kind, unkind, strict=True) for one in pair)


class Desk:
    """Someone at the console, by its forms."""

    def __init__(self, ombuds: Running, role: Role = Role.ADMIN) -> None:
        now = datetime.now(UTC)
        who, _ = moderators.invite(ombuds.database, "desk@news.example", "Ada Desk", Post(role), SECRET, now)
        self.token = sign_in.begin(ombuds.database, who, "a test", "password", SECRET, now)
        self._ombuds, self._http = ombuds, urllib3.PoolManager(retries=False, timeout=30.0)
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/me"))
        assert found is not None
        self._csrf = found[1]

    def get(self, path: str) -> str:
        """Open a page."""
        answer = self._http.request("GET", self._ombuds.address + path, headers=self._headers())
        assert answer.status == 200, (path, answer.status)
        return answer.data.decode()

    def decide(self, site: Publisher, rejected: dict[str, bool], guideline: str) -> None:
        """Decide about comments of a site by their texts: rejected under a guideline where so told, else approved."""
        query = text(
            "SELECT c.id, r.text FROM comments c JOIN revisions r ON r.comment_id = c.id AND r.number = c.revision"
            " WHERE c.site_id = :site ORDER BY c.id"
        )
        with self._ombuds.database.reading() as tx:
            rows = [row for row in tx.execute(query, {"site": site.site_id}) if row.text in rejected]
        for row in rows:
            act = {"act": "reject", "guideline": guideline} if rejected[row.text] else {"act": "approve"}
            body = urlencode({**act, "comment": row.id, "revision": 1})
            form = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": self._csrf}
            headers = self._headers() | form | {"Accept": "application/json"}
            answer = self._http.request("POST", f"{self._ombuds.address}/acts", body=body, headers=headers)
            assert answer.status == 200, answer.data

    def _headers(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.token}"}
