"""A disk that is full: a real process of the portal that may write no byte into a file. What needs no disk goes on,
and for what does the page says what happened and what to do; once there is room again the same works.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse

from enrollment.contributions import services
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.runs import services as runs
from tests import factories as make
from tests.conftest import ROOT, process_environment
from tests.contributions import makers as m

OPENS = m.D(2009, 10, 1)
PORTAL = """
import django, io, json, resource, sys
django.setup()
from django.test import Client
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.papers import pdf

# Also a single paper is typeset by a process of its own, as large PDFs are.
pdf.TAGGED = 0
client = Client(raise_request_exception=False, headers={"accept-language": "en"})
client.force_login(User.objects.get(username=sys.argv[1]))
letters, workbook, upload = sys.argv[2:]

def seen(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    full = b"The disk of the server is full" in body and b"do the same again" in body
    return [answer.status_code, answer["Content-Type"].partition(";")[0], full]

def ask():
    file = io.BytesIO(b"x" * 3 * 1024 * 1024)
    file.name = "f.txt"
    return [seen(client.get(letters)), seen(client.get(workbook)), seen(client.post(upload, {"file": file}))]

_soft, most = resource.getrlimit(resource.RLIMIT_FSIZE)
found = []
for limit in (0, most):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    found.append(ask())
print(json.dumps(found))
"""


@pytest.mark.django_db(transaction=True)
def test_with_no_room_for_a_byte_papers_are_drawn_and_what_cannot_be_written_says_so(tmp_path: Path, monkeypatch):
    m.enrolled(make.resident(birth=m.D(1990, 6, 1), sex="F", name="将满十九"), m.D(2009, 3, 20))
    with clock.on_day(OPENS):
        run = services.open_window(contribution_year=2010, by=m.clerk(), calls=False)
    runs.work_off(number=run.number)
    letters = f"{reverse('window-letters')}?year=2010&kind=no_notice&as=pdf"
    addresses = [letters, reverse("list-template", args=["civil_affairs"]), reverse("bank-file-new")]
    done = subprocess.run(
        [sys.executable, "-c", PORTAL, User.objects.get(pk=m.clerk().user_id).username, *addresses],
        cwd=ROOT,
        env=process_environment() | {"BUSINESS_DATE": "2009-10-05", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    pdf, workbook = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    full, again = json.loads(done.stdout)
    assert full == [[200, pdf, False], [507, "text/html", True], [507, "text/html", True]]
    # The file that was sent is no bank file, which is found once it can be read.
    assert again == [[200, pdf, False], [200, workbook, False], [422, "text/html", False]]
    assert list(tmp_path.iterdir()) == []
