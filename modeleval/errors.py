"""Every error that modeleval raises on purpose.

    ModelevalError
    ├── Refused                 what was asked for cannot be done as asked; a retry would not help
    │   ├── SuiteNotFound       no suite of that name, or nothing at that S3 URI
    │   ├── SuiteInvalid        the document is not a suite
    │   ├── TermsNotAccepted    the Bedrock Evaluations terms were not accepted in the suite
    │   ├── ModelNotUsable      the run's model cannot be evaluated by this suite
    │   ├── DatasetNotFound     nothing there, or not in an allowed bucket
    │   ├── DatasetInvalid      at least one line is wrong
    │   ├── ScenariosInvalid    a file of scenarios is not one, or one of them is wrong
    │   ├── TargetNotAllowed    the settings do not list that target, tool, secret or guardrail
    │   ├── TargetRefused       who is asked for responses refuses every request
    │   ├── NothingCollected    no turn of the scenarios has a response
    │   ├── JudgeNotFound       Bedrock does not know that judge in this Region
    │   ├── JudgeNotAllowed     the settings do not list that judge
    │   ├── JudgeNotUsable      not active, past its end of life, or not to be called on demand
    │   ├── GeneratorNotFound   the same three, of the model whose live responses are judged
    │   ├── GeneratorNotAllowed
    │   ├── GeneratorNotUsable
    │   ├── KnowledgeBaseNotAllowed  the settings do not list that knowledge base
    │   ├── KnowledgeBaseNotFound    it is not in this Region and account
    │   ├── KnowledgeBaseNotUsable   it is not active
    │   ├── ScorerNotUsable     no built-in or registered scorer, or a file that cannot be one
    │   ├── WorkflowNotUsable   a human review workflow: not allowed, not there, or not active
    │   ├── RegistrationFailed  a scorer or dataset could not be made SageMaker hub content
    │   ├── PriceUnknown        a budget is set, and a price that it needs is not known
    │   ├── BudgetExceeded      the estimate is above the budget
    │   ├── MonthlyBudgetExceeded  with what the suite's runs of this month may cost, too much
    │   ├── TooManyJobs         the datasets become more jobs than a run may have
    │   ├── JobQuotaExhausted   the account holds as many evaluation jobs as it may
    │   ├── SettingsInvalid     the stack's settings are wrong
    │   ├── StatisticsMissing   scipy is not installed, and a comparison or a plan needs it
    │   ├── StackNotFound       no deployed stack of that name in this account and Region
    │   ├── RunNotFound         no such run
    │   ├── ResumeRefused       nothing of the run is missing, or it must stay as it is
    │   ├── StopRefused         the run has ended, so there is nothing to stop
    │   ├── DownloadRefused     it would overwrite files, or the run has none of these
    │   ├── UploadRefused       another dataset lies there already, and runs may use it
    │   ├── NotebookRefused     it would overwrite a file, is none to add to, or nbformat is missing
    │   ├── LocalUnavailable    no embedded AWS runs, or this is no checkout that has one
    │   ├── DecisionRefused     a person's word on a run that asks nobody, or no longer
    │   └── RunOpen             the run has not ended yet
    ├── JobError                one job went wrong; its siblings go on
    │   ├── JobRefused          the service refused the request, or the role it runs as
    │   ├── JobFailed           the service ended the job as failed
    │   ├── JobStopped          somebody stopped the job
    │   ├── JobTimedOut         the job's deadline passed, time in the queue included
    │   ├── OutputUnusable      no output, or output that cannot be read
    │   └── NothingScored       every job of the run ended without scores
    ├── ObjectMissing           an S3 object that should be there is not (this and the next two:
    ├── ObjectDenied            modeleval.objects); or it may not be read
    ├── ObjectChanged           somebody wrote it since the run began
    ├── ServiceRefused          AWS refused a call that modeleval may make: a policy above it
    ├── ExecutionFailed         an execution ended before it could store its run
    ├── SweepIncomplete         the hourly sweep could not do all that it should
    ├── EventUnreadable         what started a function is not an event that it knows
    ├── TriggerLimitReached     triggers have started as many runs today as they may
    ├── ConcurrencyReached      the service runs as many jobs as it may: wait in the queue
    ├── RunClosed               a step came after the run (or the job) had ended: nothing to do
    └── TransientServiceError   throttled, or the service's own fault: worth another try

The class name is what Step Functions sees (`ErrorEquals`), so a name is part of the interface.
"""

from __future__ import annotations


class ModelevalError(Exception):
    """What is wrong, where, and what to do about it.

    `where` names a file, line or field, in one line; never a prompt's or a response's text. What
    somebody wrote into a name colours no terminal: it is shown escaped. A list has a line for each
    entry; a name in `what` that may hold line ends goes through `one_line`.
    """

    def __init__(self, what: str, *, action: str, where: str | None = None) -> None:
        self.what = what
        self.where = where
        self.action = action
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f" ({one_line(self.where)})" if self.where else ""
        return f"{_lines(self.what.rstrip('.'))}{place}. {_lines(self.action)}"


def one_line(text: str) -> str:
    """The text with what cannot be printed, line ends included, as its escape."""
    if text.isprintable():
        return text
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return "".join(shown)


def _lines(text: str) -> str:
    """The same for a text of several lines."""
    return text if text.isprintable() else "\n".join(map(one_line, text.split("\n")))


class Refused(ModelevalError):
    """What was asked for cannot be done as asked."""


class SuiteNotFound(Refused): ...


class SuiteInvalid(Refused): ...


class TermsNotAccepted(Refused): ...


class ModelNotUsable(Refused): ...


class DatasetNotFound(Refused): ...


class DatasetInvalid(Refused): ...


class ScenariosInvalid(Refused): ...


class TargetNotAllowed(Refused): ...


class TargetRefused(Refused): ...


class NothingCollected(Refused): ...


class JudgeNotFound(Refused): ...


class JudgeNotAllowed(Refused): ...


class JudgeNotUsable(Refused): ...


class GeneratorNotFound(Refused): ...


class GeneratorNotAllowed(Refused): ...


class GeneratorNotUsable(Refused): ...


class KnowledgeBaseNotAllowed(Refused): ...


class KnowledgeBaseNotFound(Refused): ...


class KnowledgeBaseNotUsable(Refused): ...


class ScorerNotUsable(Refused): ...


class WorkflowNotUsable(Refused): ...


class RegistrationFailed(Refused): ...


class PriceUnknown(Refused): ...


class BudgetExceeded(Refused): ...


class MonthlyBudgetExceeded(Refused): ...


class TooManyJobs(Refused): ...


class JobQuotaExhausted(Refused): ...


class SettingsInvalid(Refused): ...


class StatisticsMissing(Refused): ...


class StackNotFound(Refused): ...


class RunNotFound(Refused): ...


class RunOpen(Refused): ...


class ResumeRefused(Refused): ...


class StopRefused(Refused): ...


class DownloadRefused(Refused): ...


class UploadRefused(Refused): ...


class NotebookRefused(Refused): ...


class LocalUnavailable(Refused): ...


class DecisionRefused(Refused): ...


class JobError(ModelevalError):
    """One job went wrong; its siblings go on."""


class JobRefused(JobError): ...


class JobFailed(JobError): ...


class JobStopped(JobError): ...


class JobTimedOut(JobError): ...


class OutputUnusable(JobError): ...


class NothingScored(JobError): ...


class ExecutionFailed(ModelevalError):
    """An execution ended before it could store its run."""


class ServiceRefused(ModelevalError):
    """AWS refused a call, in a way that no step expects."""


class SweepIncomplete(ModelevalError):
    """The hourly sweep could not do all that it should."""


class EventUnreadable(ModelevalError):
    """What started a function is not an event that it knows."""


class TriggerLimitReached(ModelevalError):
    """Triggers have started as many runs today as the settings allow."""


class ConcurrencyReached(ModelevalError):
    """The service runs as many jobs at once as it may: wait in the queue."""


class RunClosed(ModelevalError):
    """A step came after its run or job had ended."""


class TransientServiceError(ModelevalError):
    """Throttled, or the service's own fault: worth another try."""
