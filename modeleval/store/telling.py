"""The table's items about telling: who heard of a run's end, and which pipeline steps wait."""

from __future__ import annotations

from boto3.dynamodb.conditions import Attr

from modeleval.store import keys
from modeleval.store.rows import Rows


class TellingStore(Rows):
    """What makes a repeated step tell nobody twice, and tokens, which nothing else holds."""

    def told(self, run_id: str) -> frozenset[str]:
        """The channels that have heard of the run's end."""
        item = self._get(keys.told_key(run_id)) or {}
        return frozenset(name for name in item if not name.startswith(_OWN))

    def note(self, run_id: str, channel: str, at: str) -> None:
        """Keep that a channel has heard of it, and when (ISO 8601)."""
        fields = {f"{channel}": at, **self._expiry()}
        self._update(keys.told_key(run_id), fields, None)

    def tell_again(self, run_id: str) -> None:
        """A run goes on that had ended: its next end is told of too. A step is answered once."""
        there = Attr(keys.PARTITION).exists()
        again = ("event", "notification")
        self._update(keys.told_key(run_id), {"again": True}, there, remove=again)

    # -- pipeline steps that wait ------------------------------------------------------------------

    def keep_token(self, execution_name: str, token: str) -> bool:
        """Keep the token of the step that asked for an execution; whether it still waits.

        A token is a short-lived secret: who has it ends the step. It is here until it is answered,
        and never in an execution's input, a log or an event.
        """
        key = keys.callback_key(execution_name)
        if self._put_new({**key, "token": token, **self._expiry()}):
            return True
        return self.token(execution_name) is not None

    def token(self, execution_name: str) -> str | None:
        """The token to answer for an execution; None if no step waits for it, or not any more."""
        item = self._get(keys.callback_key(execution_name)) or {}
        return str(item["token"]) if "token" in item else None

    def answered(self, execution_name: str, at: str) -> None:
        """Forget the token. The item stays: the same message again starts nothing."""
        key = keys.callback_key(execution_name)
        self._update(key, {"answeredAt": at}, Attr("token").exists(), remove=("token",))

    def refuse_token(self, execution_name: str, at: str) -> None:
        """Note that a step waits no more, also one whose message has not come yet."""
        fields = {"answeredAt": at, **self._expiry()}
        self._update(keys.callback_key(execution_name), fields, None, remove=("token",))


_OWN = (keys.PARTITION, keys.SORT, keys.EXPIRES, "again")
