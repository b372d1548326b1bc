"""Jobs that wait for room at a service: whose turn it is, and when each looks again.

Nobody tells how many jobs an account may run, nor how many others run. So whoever arrived first
asks, and the others wait behind it without asking: a free place goes to who waited longest.
"""

from __future__ import annotations

import random

from modeleval.services import Services
from modeleval.store.items import Job
from modeleval.store.queues import Place, Ticket
from modeleval.workflow.load import kind_of
from modeleval.workflow.timing import far_seconds, near_seconds

NEAR = 20
"""Who has fewer before it may soon be the first, and looks often."""
_GRACE_SECONDS = 60
"""How long a ticket outlasts its wait: the time of a step that is slow, or tried again."""


def place_of(job: Job, since: str, now: float, services: Services) -> Place:
    """Where a job stands that arrived at `since`; the first where no service limits its kind."""
    ticket = _ticket(job, since)
    return services.store.place(ticket, now=now) if ticket.queue else Place()


def wait_in_turn(job: Job, since: str, place: Place, now: float, services: Services) -> int:
    """Seconds until the job looks again; it keeps its place until then."""
    near_since = (place.near_since or now) if place.ahead < NEAR else None
    chance = random.Random()
    if near_since is None:
        seconds = far_seconds(place.ahead, job.deadline_seconds, chance)
    else:
        seconds = near_seconds(place.ahead, now - near_since, chance)
    until = now + seconds + _GRACE_SECONDS
    services.store.take_ticket(_ticket(job, since), until=until, near_since=near_since)
    return seconds


def leave_queue(job: Job, since: str | None, services: Services) -> None:
    """Stand in nobody's way any more. A job that comes back has its place again."""
    if since is None:
        return
    ticket = _ticket(job, since)
    if ticket.queue:
        services.store.drop_ticket(ticket)


def _ticket(job: Job, since: str) -> Ticket:
    return Ticket(kind_of(job).queue, since, job.run_id, job.job)
