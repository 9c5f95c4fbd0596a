"""What the worker runs. Every task may run twice, or be cut at any point: the next run finishes the work.

``worker`` is the command; the periodic ones are deferred by whichever worker wakes first, once for all workers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from palier.answers import operations as answers
from palier.calendar import paris_day
from palier.cases import operations as cases
from palier.committee import operations as committee
from palier.comparison import operations as comparison
from palier.consultation import operations as consultation
from palier.directory.models import Landlord
from palier.jobs import callbacks, fieldwork, files, retention
from palier.jobs.checkpoints import sign_and_send
from palier.jobs.letters import mail_server
from palier.label import operations as label
from palier.ledger import operations as ledger
from palier.minutes import operations as minutes
from palier.outbox import operations as outbox
from palier.plans import operations as plans
from palier.projects import operations as projects
from palier.register import operations as register
from palier.register.seal import NoSeal
from palier.sites import operations as sites
from palier.sites.models import Scoring
from palier.sources import operations as sources
from palier.stock import operations as stock
from palier.studies import operations as studies
from palier.surveys import operations as surveys
from palier.surveys.rules.contact import Channel

log = logging.getLogger("palier.jobs")

# A form cannot be sent again after this long: its answer may be forgotten.
REPLIES_KEPT = timedelta(days=30)
# A worker that gave no sign for this long is dead; its jobs start again.
SILENCE = 30

# What passes by itself when its day comes: each takes ``at=`` and may be called at any time, any number of times.
DUE: tuple[Callable[..., object], ...] = (
    consultation.remind_all_due,
    label.lapse_due,
    committee.lapse_due,
    committee.remind_due,
    committee.close_due,
    plans.remind_due,
    projects.remind_help_due,
    comparison.publish_due,
    surveys.plan_due,
    surveys.close_due,
    answers.empty_due,
    answers.count_due,
    cases.climb_due,
    cases.let_silence,
    studies.close_due,
)


@app.periodic(cron="* * * * * */15")
@app.task(name="outbox.deliver", queueing_lock="outbox.deliver")
def deliver(timestamp: int) -> None:
    """Hand the messages that are due to the mail server, digests included."""
    at = timezone.now()
    with mail_server(at=at) as send:
        sent, refused = outbox.deliver(at=at, send=send)
    if sent or refused:
        log.info("delivered", extra={"sent": sent, "refused": refused})


@app.periodic(cron="* * * * * */5")
@app.task(name="surveys.mail", queueing_lock="surveys.mail")
def mail_surveys(timestamp: int) -> None:
    """Hand the e-mails of surveys that are due to the mail server."""
    fieldwork.send(Channel.EMAIL)


@app.periodic(cron="* * * * * */5")
@app.task(name="surveys.text", queueing_lock="surveys.text")
def text_surveys(timestamp: int) -> None:
    """Hand the short messages of surveys that are due to the operator."""
    fieldwork.send(Channel.SMS)


@app.periodic(cron="* * * * *")
@app.task(name="cases.ask", queueing_lock="cases.ask")
def ask_tenants(timestamp: int) -> None:
    """Ask the tenants who were called back whether it is settled."""
    callbacks.ask_tenants()


@app.periodic(cron="*/10 * * * *")
@app.task(name="due.pass", queueing_lock="due.pass")
def pass_due(timestamp: int) -> None:
    """Let pass what is due: deadlines that lapse, reminders, labels that expire. One that fails stops no other."""
    for function in DUE:
        try:
            function(at=timezone.now())
        except Exception:
            log.exception("due", extra={"function": f"{function.__module__}.{function.__qualname__}"})


@app.periodic(cron="* * * * *")
@app.task(name="register.issue", queueing_lock="register.issue")
def issue_certificates(timestamp: int) -> None:
    """Issue the certificates that decisions call for, follow what befalls them, and seal their files."""
    register.catch_up(at=timezone.now())
    try:
        made = register.seal_due(at=timezone.now())
    except NoSeal as missing:
        log.error("certificates wait for a seal", extra={"reason": str(missing)})  # noqa: TRY400 - the sentence says it all
    else:
        if made:
            log.info("sealed", extra={"certificates": made})


@app.periodic(cron="* * * * *")
@app.task(name="minutes.seal", queueing_lock="minutes.seal")
def seal_minutes(timestamp: int) -> None:
    """Approve the minutes whose vote passed, and make the signed PDF of those that were signed."""
    minutes.catch_up(at=timezone.now())
    try:
        made = minutes.seal_due(at=timezone.now())
    except NoSeal as missing:
        log.error("minutes wait for a seal", extra={"reason": str(missing)})  # noqa: TRY400 - the sentence says it all
    else:
        if made:
            log.info("sealed", extra={"minutes": made})


@app.task(name="stock.run_import")
def run_import(import_id: int) -> None:
    """Read a file of a landlord's stock, or bring it in, as far as it can go by itself; its households stand where it says."""
    stock.run_import(import_id=import_id, at=timezone.now())
    surveys.place_households(import_id=import_id)


class _UntilDone(BaseRetryStrategy):
    """What fails waits behind what has not run yet, and starts again ten minutes later, as long as it takes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        return RetryDecision(retry_in={"minutes": 10}, priority=job.priority - 1)


@app.task(name="stock.stand_again", retry=_UntilDone())
def stand_again(import_id: int, version: str) -> None:
    """Say where the residences of an import, and their households, stand in a list that was loaded, then ask for scores."""
    landlord = stock.stand_again(import_id=import_id, version=version)
    surveys.place_households(import_id=import_id)
    if landlord is not None and Scoring.objects.filter(landlord=landlord).exists():
        _ask_scores(landlord.pk)


@app.periodic(cron="* * * * * */10")
@app.task(name="sites.follow", queueing_lock="sites.follow")
def follow_sources(timestamp: int) -> None:
    """Ask for the scores of the landlords whose sources or stock changed; several saves make one computation."""
    for landlord in sites.note_changes(at=timezone.now()):
        _ask_scores(landlord)


@app.periodic(cron="10 2 * * *")
@app.task(name="sites.follow_days", queueing_lock="sites.follow_days")
def follow_days(timestamp: int) -> None:
    """Ask for everybody's scores once a night: figures get old, months pass."""
    for landlord in Scoring.objects.values_list("landlord_id", flat=True):
        _ask_scores(landlord)


def _ask_scores(landlord: int) -> None:
    lock = f"sites.score.{landlord}"
    with suppress(AlreadyEnqueued):
        app.configure_task(name="sites.score", lock=lock, queueing_lock=lock).defer(landlord_id=landlord)


@app.task(name="sites.score")
def score_sites(landlord_id: int) -> None:
    """Make the scores and the alerts of a landlord again."""
    sites.score(landlord=Landlord.objects.get(pk=landlord_id), at=timezone.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="ledger.checkpoint", queueing_lock="ledger.checkpoint")
def checkpoint(timestamp: int) -> None:
    """Sign the head of the ledger and keep it, once a night; send it to those who wish it."""
    sign_and_send(at=timezone.now())


@app.periodic(cron="40 3 * * *")
@app.task(name="installation.purge", queueing_lock="installation.purge")
def purge(timestamp: int) -> None:
    """Forget what is past its use: answers kept for forms sent twice, sessions that ended, words of incidents, who was asked, files."""
    at = timezone.now()
    ledger.forget_replies(before=at - REPLIES_KEPT)
    Session.objects.filter(expire_date__lt=at).delete()
    sources.erase_texts(on=paris_day(at), at=at)
    retention.erase(at=at)
    files.sweep(at=at)


@app.periodic(cron="* * * * * */30")
@app.task(name="jobs.retry_stalled", queueing_lock="jobs.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Start again the jobs of workers that died. A job whose next run already waits is left to that one."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
        if context.job is not None and job.id == context.job.id:
            continue
        log.warning("stalled job starts again", extra={"job": job.id, "task": job.task_name})
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
