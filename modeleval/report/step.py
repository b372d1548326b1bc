"""The step that writes a published run's report: whatever it meets, the run stays as it is."""

from __future__ import annotations

from typing import Any

from jinja2 import TemplateError

from modeleval.artifacts import report_key, s3_uri
from modeleval.errors import ModelevalError, TransientServiceError
from modeleval.report.gather import make_report
from modeleval.services import Services

HTML = "text/html; charset=utf-8"
_DEFECTS = (TemplateError, ArithmeticError, LookupError, TypeError, ValueError)
"""What a summary that the report does not understand comes to."""


def write_report(run_id: str, services: Services) -> dict[str, Any]:
    """Write the report of a run that has scores to its prefix; done again, it is made anew.

    What came of it is stored with the run, and answered: its URI, or the name of the error for
    which there is none. Raises only TransientServiceError, after which it is tried again.
    """
    run = services.store.run(run_id)
    if not run.published:
        return {}
    key = report_key(run_id)
    try:
        services.objects.write(key, make_report(run, services).data, content_type=HTML)
        report = {"uri": s3_uri(services.objects.bucket, key)}
    except TransientServiceError:
        raise
    except (ModelevalError, *_DEFECTS) as error:
        # By its name alone: what it says may be of the records.
        report = {"error": type(error).__name__}
    services.promotions.reported(run_id, report)
    return {"report": report}
