"""What happens to a run after it was published: promotion, a person's decision, being kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from modeleval.store import keys
from modeleval.store.rows import Rows


class PromotionStore(Rows):
    """Conditional writes to the items of runs that have ended."""

    def promoted(
        self, run_id: str, promotion: Mapping[str, Any], *, asked_until: str | None = None
    ) -> bool:
        """Note what followed for the run's model package, once; whether it was this call.

        `asked_until`: a person may decide until then, ISO 8601 in UTC with milliseconds.
        """
        asked = {} if asked_until is None else {"askedUntil": asked_until}
        free = Attr("published").eq(True) & Attr("promotion").not_exists()
        return self._update(keys.run_key(run_id), {"promotion": promotion, **asked}, free)

    def decide(self, run_id: str, decision: Mapping[str, Any], *, now: str) -> bool:
        """Take a person's decision, the first one in time; whether it was this one."""
        open_ = Attr("askedUntil").gt(now) & Attr("decision").not_exists()
        return self._update(keys.run_key(run_id), {"decision": decision}, open_)

    def decided(self, run_id: str, decision: Mapping[str, Any]) -> None:
        """Note what came of a decision that was taken."""
        self._update(keys.run_key(run_id), {"decision": decision}, Attr("decision").exists())

    def reported(self, run_id: str, report: Mapping[str, Any]) -> None:
        """Note where the run's report lies, or why there is none."""
        self._update(keys.run_key(run_id), {"report": report}, Attr("published").eq(True))

    def keep(self, run_id: str, why: str) -> None:
        """Take the time to live from every item of a run; from the run itself last, with why."""
        partition = Key(keys.PARTITION).eq(keys.run_partition(run_id))
        sorts = [item[keys.SORT] for item in self._query(partition, consistent=True)]
        for sort in sorted(sorts, key=lambda one: one == keys.RUN_SORT):
            self._update(
                {keys.PARTITION: keys.run_partition(run_id), keys.SORT: sort},
                {"keptBecause": why},
                Attr(keys.SORT).exists(),
                remove=(keys.EXPIRES,),
            )
