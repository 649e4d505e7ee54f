"""Files in an S3-compatible service: a real server process on the loopback, reached as an installation would."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from django.utils import timezone

from integrator.env import make_bucket_options
from integrator.events.actors import SYSTEM
from integrator.files.cleanup import clean_files
from integrator.files.errors import StorageFailed
from integrator.files.models import File
from integrator.files.operations import Bringer, Subject, keep_upload
from integrator.files.ranges import Part
from integrator.files.storage import PART_BYTES, get_store
from tests.support.cases import make_case, make_office
from tests.support.files import PDF_BYTES, count_spooled, make_file, make_upload
from tests.support.personas import sign_in
from tests.support.processes import find_free_port, get_status, wait_for

KEYS = {"key": "integrator", "secret": "not-so-secret", "region": "us-east-1"}


@pytest.fixture(scope="module")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 server."""
    port = find_free_port()
    log = (tmp_path_factory.mktemp("s3") / "log").open("wb")
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: get_status(f"{url}/moto-api/"), within_s=60, what="the S3 server")
        yield url
    finally:
        server.terminate()
        server.wait(10)
        log.close()


@pytest.fixture
def bucket(s3_url: str, own_store: Path) -> Iterator[str]:
    """An empty bucket that keeps this test's files; its name."""
    name = f"files-{os.urandom(4).hex()}"
    client_of(s3_url).create_bucket(Bucket=name)
    options = make_bucket_options(bucket=name, endpoint=s3_url, **KEYS)
    with using(options):
        yield name


def using(options: dict[str, object]) -> override_settings:
    backend = {"BACKEND": "integrator.files.storage.BucketStorage", "OPTIONS": options}
    return override_settings(STORAGES={**settings.STORAGES, "files": backend})


def client_of(url: str):  # type: ignore[no-untyped-def]
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=KEYS["key"],
        aws_secret_access_key=KEYS["secret"],
    )


def list_names(url: str, bucket: str) -> list[str]:
    return [row["Key"] for row in client_of(url).list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.mark.django_db
class TestBucket:
    def test_keeps_content_once_and_gives_it_back(self, s3_url: str, bucket: str, own_store: Path) -> None:
        first, second = make_file(name="a.pdf"), make_file(name="b.pdf")
        assert len(list_names(s3_url, bucket)) == 1
        assert b"".join(get_store().stream(first.content.stored_as)) == PDF_BYTES
        assert first.content_id == second.content_id
        assert count_spooled() == 0
        assert not (own_store / "stored").exists()

    def test_takes_a_large_file_in_parts(self, bucket: str) -> None:
        data = os.urandom(PART_BYTES) * 2 + b"the end"
        file = make_file(data, "large.bin")
        digest = hashlib.sha256()
        for piece in get_store().stream(file.content.stored_as):
            assert len(piece) <= 65_536
            digest.update(piece)
        assert digest.hexdigest() == file.content_id
        part = get_store().stream(file.content.stored_as, Part(first=PART_BYTES - 5, last=PART_BYTES + 99_999))
        assert b"".join(part) == data[PART_BYTES - 5 : PART_BYTES + 100_000]

    def test_serves_downloads(self, bucket: str) -> None:
        office = make_office()
        file = make_file(on=[Subject("case", make_case(office).number)])
        answer = sign_in(office.mo).get(f"/files/{file.pk}/")
        assert b"".join(answer.streaming_content) == PDF_BYTES  # type: ignore[attr-defined]

    def test_is_cleaned_up(self, s3_url: str, bucket: str) -> None:
        make_file()
        clean_files(timezone.now() + timedelta(hours=25))
        assert list_names(s3_url, bucket) == []

    def test_that_is_away_is_said_and_nothing_kept(self, own_store: Path) -> None:
        options = make_bucket_options(bucket="gone", endpoint=f"http://127.0.0.1:{find_free_port()}", **KEYS)
        upload = make_upload()
        with using(options), pytest.raises(StorageFailed, match="cannot be reached"):
            keep_upload(upload, by=Bringer(actor=SYSTEM), now=timezone.now())
        assert not File.objects.exists()
        assert count_spooled() == 0


class TestSettings:
    def test_want_key_and_secret_together(self) -> None:
        with pytest.raises(ImproperlyConfigured, match="belong together"):
            make_bucket_options(bucket="b", endpoint="", region="", key="k", secret="")

    def test_are_none_without_a_bucket(self) -> None:
        assert make_bucket_options(bucket="", endpoint="x", region="", key="k", secret="") == {}
