"""An act sent twice is done once, whoever asks: a page or a program."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from palier.directory.models import Organisation
from palier.directory.operations import add_organisation
from palier.directory.rules import Kind
from palier.ledger.models import Reply
from palier.ledger.replies import answer_once
from palier.verdict import Conflict, Refusal, no

pytestmark = pytest.mark.django_db
Send = Callable[..., HttpResponse]


def asked(content: bytes = b"a;b") -> HttpRequest:
    return RequestFactory().post("/essai/", {"name": "Une", "file": SimpleUploadedFile("a.csv", content)})


@pytest.fixture
def send(at: datetime) -> Send:
    """Send a request which adds an organisation."""

    def sent(request: HttpRequest, *, actor: int | None = 1, status: int = 201) -> HttpResponse:
        def act() -> HttpResponse:
            add_organisation(kind=Kind.MINISTRY, name="Une", by=None, at=at)
            return HttpResponse(b"fait", status=status, headers={"Location": "/une/"})

        return answer_once(request=request, actor=actor, key="k1", at=at, act=act)

    return sent


def test_the_second_gets_the_answer_of_the_first(send: Send) -> None:
    first, second = send(asked()), send(asked())
    assert (second.status_code, second.content, second["Location"]) == (201, first.content, "/une/")
    assert Organisation.objects.count() == 1


def test_a_file_of_the_same_size_is_another_request(send: Send) -> None:
    send(asked(b"a;b"))
    with pytest.raises(Conflict, match="numéro d’un autre envoi"):
        send(asked(b"a;c"))


def test_the_file_is_read_from_its_start_by_the_act(at: datetime) -> None:
    request = asked()
    answer = answer_once(request=request, actor=1, key="k1", at=at, act=lambda: HttpResponse(request.FILES["file"].read()))
    assert answer.content == b"a;b"


def test_each_person_has_keys_of_their_own(send: Send) -> None:
    send(asked(), actor=1)
    send(asked(), actor=2)
    send(asked(), actor=None)
    assert Reply.objects.count() == 3


def test_a_refusal_is_not_kept(send: Send, at: datetime) -> None:
    def refuse() -> HttpResponse:
        raise Refusal(no("test.no", "Ce n’est pas possible."))

    send(asked(), status=422)
    with pytest.raises(Refusal):
        answer_once(request=asked(), actor=1, key="k1", at=at, act=refuse)
    assert not Reply.objects.exists()
    assert send(asked()).status_code == 201
