"""Evidence packs: what they hold, that they check out offline, and that any change of theirs is named."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command

from cases.errors import ApprovalNotFound, ApprovalRefused, CaseNotFound
from cases.evidence import build_pack
from cases.models import Approval, AuditSample, Case, Task
from cases.operations import (
    Question,
    answer_as_guest,
    answer_information,
    change_amount,
    complete_task,
    delegate_task,
    invite_guest,
    request_information,
    update_case,
)
from cases.operations.drawing import draw_sample
from cases.operations.exporting import (
    export_approval_evidence,
    export_case_evidence,
    export_event_evidence,
    export_task_evidence,
)
from cases.operations.invitations import make_token
from integrator.events.actors import SYSTEM
from integrator.events.evidence.checking import EvidenceFault, check_pack
from integrator.events.evidence.packing import MANIFEST, PURPOSE
from integrator.events.keys import PublicKey, SigningKey, find_public_key
from integrator.events.models import Event
from integrator.files.facts import describe_file
from integrator.people.models import Person
from tests.support.cases import (
    NOW,
    Office,
    add_role,
    ask_approval,
    ask_chain,
    cover,
    events_of,
    make_case,
    task_of,
)
from tests.support.event_log import seal_all
from tests.support.files import make_file
from tests.support.samples import make_zip

SHOW = [{"label": "Claim", "value": "Tested in Zürich – 10 °C", "as": "text"}]
Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def _own_key(settings: Any, tmp_path: Path) -> None:
    settings.SEAL_KEY_PATH = tmp_path / "seal.key"


@pytest.fixture
def approval(office: Office) -> Approval:
    """Legal and brand approved, about a case."""
    case = make_case(office)
    approval = ask_approval(office, ["team:legal", "bo"], requested_by=office.ana, case_number=case.number, show=SHOW)
    complete_task(task_id=task_of(approval, 0).pk, person=office.lee, outcome="approved", comment="Fine.", now=NOW)
    complete_task(task_id=task_of(approval, 1).pk, person=office.bo, outcome="approved", now=NOW)
    approval.refresh_from_db()
    return approval


def unzip(pack: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_up(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def change(files: Files, name: str, edit: Callable[[Any], None]) -> Files:
    value = json.loads(files[name])
    edit(value)
    return {**files, name: json.dumps(value).encode()}


def sign_again(files: Files, key: SigningKey) -> Files:
    """What somebody with a key of their own could do: new hashes, new signature."""
    body = json.loads(files[MANIFEST])["body"]
    body["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in body["files"] if name in files}
    body |= {"key_id": key.public.id, "public_key": key.public.to_pem()}
    return {**files, MANIFEST: json.dumps({"body": body, "signature": key.sign(PURPOSE, body)}).encode()}


def check(files: Files, trusted: PublicKey | None = None) -> str:
    """The code of the first fault, empty for none."""
    try:
        check_pack(io.BytesIO(zip_up(files)), trusted)
    except EvidenceFault as fault:
        return fault.code
    return ""


class TestBuildPack:
    @pytest.mark.django_db(transaction=True)  # what is not committed is not sealed
    def test_holds_what_was_seen_and_answered(self, office: Office, approval: Approval) -> None:
        seal_all()
        files = unzip(build_pack(approval, made_by="Aud", now=NOW))
        assert {"evidence.json", "evidence.pdf", "events.json", "seals.json", MANIFEST} == set(files)
        evidence = json.loads(files["evidence.json"])
        first, second = [row["data"] for row in evidence["decisions"]]
        assert (first["by"], first["comment"], first["show"]) == ("lee", "Fine.", SHOW)
        assert first["seen"]["case"]["number"] == approval.case.number  # type: ignore[union-attr]
        assert second["seen"]["asked"] == [
            {"approver": "team:legal", "outcome": "approved", "by": "lee", "comment": "Fine."}
        ]
        assert evidence["about"]["approval"]["outcome"] == "approved"
        assert files["evidence.pdf"].startswith(b"%PDF")
        checked = check_pack(io.BytesIO(zip_up(files)), find_public_key())
        assert (checked.events, checked.sealed, checked.kind) == (evidence["events"], evidence["events"], "approval")

    @pytest.mark.django_db(transaction=True)  # what is not committed is not sealed
    def test_proves_events_of_several_seals_with_room_for_one(
        self, office: Office, approval: Approval, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("integrator.events.evidence.trees.KEPT", 1)
        seal_all()
        assert approval.case is not None
        update_case(number=approval.case.number, changes={"title": "Other"}, actor=SYSTEM, now=NOW)
        seal_all()
        files = unzip(build_pack(approval.case, made_by="Aud", now=NOW))
        assert len({event["seal"] for event in json.loads(files["events.json"])["events"]}) > 1
        checked = check_pack(io.BytesIO(zip_up(files)), find_public_key())
        assert checked.sealed == checked.events

    def test_says_what_is_not_yet_sealed(self, approval: Approval) -> None:
        pack = build_pack(approval, made_by="Aud", now=NOW)
        assert json.loads(unzip(pack)["evidence.json"])["not_yet_sealed"] > 0
        assert check_pack(io.BytesIO(pack)).sealed == 0

    def test_holds_the_files_that_were_shown(self, office: Office) -> None:
        file = make_file(name="contract.pdf")
        show = [{"label": "Contract", "value": describe_file(file), "as": "pdf"}]
        approval = ask_approval(office, ["lee"], show=show)
        complete_task(task_id=task_of(approval, 0).pk, person=office.lee, outcome="approved", now=NOW)
        files = unzip(build_pack(approval, made_by="Aud", now=NOW))
        (told,) = json.loads(files["evidence.json"])["files"]
        assert (told["name"], told["path"]) == ("contract.pdf", f"files/{told['sha256']}")
        assert hashlib.sha256(files[told["path"]]).hexdigest() == told["sha256"]
        assert check({**files, told["path"]: b"another"}) == "evidence.file_changed"

    def test_holds_every_decision_of_a_case(self, office: Office, approval: Approval) -> None:
        case = Case.objects.get()
        other = ask_approval(office, ["lee"], case_number=case.number, correlation=case.number)
        complete_task(task_id=task_of(other, 0).pk, person=office.lee, outcome="approved", now=NOW)
        evidence = json.loads(unzip(build_pack(case, made_by="Aud", now=NOW))["evidence.json"])
        assert [row["data"]["by"] for row in evidence["decisions"]] == ["lee", "bo", "lee"]
        assert evidence["about"]["case"]["number"] == case.number


@pytest.mark.django_db(transaction=True)  # what is not committed is not sealed
class TestHowItWasAsked:
    @pytest.fixture
    def approval(self, office: Office, settings: Any) -> Approval:
        """Lia's substitute asks back and approves, the amount changes, a delegate prepares, a guest ends it."""
        settings.MAIL_SERVER, settings.BASE_URL = {"host": "mail.example"}, "https://flows.example"
        case = make_case(office, data={"amount": 20000})
        levels = (("0", ["lia"]), ("10000", ["bo"]), ("25000", ["sam"]))
        approval = ask_chain(office, levels, amount=20000, requested_by=office.ana, case_number=case.number)
        cover(office.lia, office.vi)
        first = task_of(approval, 0).pk
        asked = request_information(task_id=first, person=office.vi, question=Question(text="What for?"), now=NOW)
        answer_information(request_id=asked.pk, person=office.ana, answer="For Ben.", now=NOW)
        complete_task(task_id=first, person=office.vi, outcome="approved", now=NOW)
        change_amount(approval_id=approval.pk, person=office.ana, amount=30000, now=NOW)
        again = Task.objects.active().get(approval=approval)
        delegate_task(task_id=again.pk, person=office.bo, to="lee", now=NOW)
        complete_task(task_id=again.pk, person=office.lee, outcome="approved", comment="Fine.", now=NOW)
        complete_task(task_id=again.pk, person=office.bo, outcome="approved", now=NOW)
        last = Task.objects.active().get(approval=approval)
        guest = invite_guest(task_id=last.pk, person=office.mo, email="kim@example.com", now=NOW)
        answer_as_guest(token=make_token(guest), outcome="approved", data=None, comment=None, now=NOW)
        approval.refresh_from_db()
        assert approval.outcome == "approved"
        return approval

    def test_is_told_whoever_answered_for_whom(self, approval: Approval) -> None:
        seal_all()
        pack = build_pack(approval, made_by="Aud", now=NOW)
        evidence = json.loads(unzip(pack)["evidence.json"])
        told = [(row["by"], row["for"], row["outcome"], row["level"], row["counts"]) for row in evidence["asked"]]
        assert sorted(told, key=lambda row: (row[3], row[4])) == [
            ("vi", "lia", "approved", "1", True),
            (None, None, None, "2", False),
            ("bo", None, "approved", "2", True),
            ("guest:kim@example.com", None, "approved", "3", True),
        ]
        (guest,) = [guest for row in evidence["asked"] for guest in row["guests"]]
        assert (guest["email"], guest["invited_by"], guest["used_at"]) == (
            "kim@example.com",
            "mo",
            "2026-11-19T10:00:00Z",
        )
        names = [row["name"] for row in evidence["turns"]]
        assert names == ["approval.restarted", "task.delegated", "task.guest_invited"]
        checked = check_pack(io.BytesIO(pack), find_public_key())
        assert checked.sealed == checked.events

    def test_holds_what_was_asked_back_with_its_events(self, approval: Approval) -> None:
        for subject in (approval, task_of(approval, 0), approval.case):
            assert subject is not None
            files = unzip(build_pack(subject, made_by="Aud", now=NOW))
            evidence = json.loads(files["evidence.json"])
            (question,) = evidence["questions"]
            told = [question[name] for name in ("question", "asked_by", "asked", "by", "state")]
            assert told == ["What for?", "vi", "ana", "ana", "answered"]
            assert question["answer"] == {"comment": "For Ben.", "data": None}
            events = {event["id"]: event["name"] for event in json.loads(files["events.json"])["events"]}
            assert "task.decided" in [events[number] for number in question["events"]]
            assert evidence["decisions"][1]["data"]["seen"]["information"][0]["question"] == "What for?"


@pytest.mark.django_db(transaction=True)  # what is not committed is not sealed
class TestCheckPack:
    @pytest.fixture
    def files(self, approval: Approval) -> Files:
        seal_all()
        return unzip(build_pack(approval, made_by="Aud", now=NOW))

    def test_names_each_change(self, files: Files) -> None:
        def rewrite(name: str, edit: Callable[[Any], None]) -> str:
            return check(change(files, name, edit))

        assert check(files) == ""
        assert rewrite("evidence.json", lambda one: one.update(title="x")) == "evidence.file_changed"
        assert rewrite(MANIFEST, lambda one: one["body"].update(title="x")) == "evidence.signature"
        assert check({name: files[name] for name in files if name != "evidence.pdf"}) == "evidence.file_missing"
        assert check({name: files[name] for name in files if name != MANIFEST}) == "evidence.file_missing"
        assert check({**files, "files/extra": b"x"}) == "evidence.file_added"
        with pytest.raises(EvidenceFault, match="no zip"):
            check_pack(io.BytesIO(b"PK no"))

    def test_is_not_taken_in_by_another_key(self, files: Files) -> None:
        own = find_public_key()
        stranger = SigningKey(private=Ed25519PrivateKey.generate())
        forged = sign_again(change(files, "evidence.json", lambda one: one.update(title="x")), stranger)
        assert check(forged, own) == "evidence.key"

    def test_finds_what_only_the_events_can_tell(self, files: Files) -> None:
        """Even somebody who holds the signing key cannot change what was sealed before."""
        from integrator.events.keys import load_signing_key

        key = load_signing_key()

        def edit_event(event: Any) -> None:
            event["events"][1]["actor"] = "person:999"

        def edit_payload(events: Any) -> None:
            row = next(one for one in events["events"] if one["name"] == "task.decided")
            row["payload"] = row["payload"].replace("Fine.", "Never.")

        def drop_seals(seals: Any) -> None:
            seals["seals"].clear()

        def edit_seal(seals: Any) -> None:
            seals["seals"][0]["body"]["root"] = "0" * 64

        def edit_decision(evidence: Any) -> None:
            evidence["decisions"][0]["data"]["comment"] = "Never."

        expected = {
            ("events.json", edit_event): "evidence.event",
            ("events.json", edit_payload): "evidence.payload",
            ("seals.json", drop_seals): "evidence.seal",
            ("seals.json", edit_seal): "evidence.seal",
            ("evidence.json", edit_decision): "evidence.decision",
        }
        found = {(name, edit): check(sign_again(change(files, name, edit), key), key.public) for name, edit in expected}
        assert found == expected


@pytest.mark.django_db(transaction=True)  # what is not committed is not sealed
class TestVerifyEvidenceCommand:
    def run(self, path: Path, *more: str) -> tuple[int, str]:
        out = io.StringIO()
        try:
            call_command("verify_evidence", str(path), *more, stdout=out)
        except SystemExit as end:
            return int(str(end.code)), out.getvalue()
        return 0, out.getvalue()

    def test_checks_a_file_against_a_key(self, approval: Approval, tmp_path: Path) -> None:
        seal_all()
        pack, key = tmp_path / "pack.zip", tmp_path / "key.pem"
        pack.write_bytes(build_pack(approval, made_by="Aud", now=NOW))
        public = find_public_key()
        assert public is not None
        key.write_text(public.to_pem())
        code, said = self.run(pack, "--public-key", str(key))
        assert (code, said.endswith("The evidence holds.\n")) == (0, True)
        assert "that the pack itself names" in self.run(pack)[1]
        pack.write_bytes(zip_up(change(unzip(pack.read_bytes()), MANIFEST, lambda one: one["body"].update(kind="x"))))
        assert self.run(pack, "--public-key", str(key))[0] == 1


class TestExportEvidence:
    @pytest.mark.parametrize("name", ["lee", "bo", "ana", "aud", "adm", "mo"])
    def test_is_for_auditors_leads_and_those_who_took_part(self, office: Office, approval: Approval, name: str) -> None:
        pack = export_approval_evidence(approval_id=approval.pk, person=office.people[name], now=NOW)
        assert check_pack(io.BytesIO(pack.content)).kind == "approval"
        (event,) = events_of("export.made")
        assert (event["what"], event["filters"]) == ("evidence pack", {"approval": str(approval.pk)})

    def test_is_refused_to_others_who_see_it_and_hidden_from_strangers(
        self, office: Office, approval: Approval
    ) -> None:
        with pytest.raises(ApprovalRefused, match="auditors, leads"):
            export_approval_evidence(approval_id=approval.pk, person=office.lia, now=NOW)
        with pytest.raises(ApprovalNotFound):
            export_approval_evidence(approval_id=approval.pk, person=office.sam, now=NOW)
        assert events_of("export.made") == []

    def test_gives_that_of_the_approval_for_a_task_and_that_of_a_case(self, office: Office, approval: Approval) -> None:
        pack = export_task_evidence(task_id=task_of(approval, 0).pk, person=office.lee, now=NOW)
        assert check_pack(io.BytesIO(pack.content)).kind == "approval"
        case = Case.objects.get()
        pack = export_case_evidence(number=case.number, person=office.mo, now=NOW)
        assert (check_pack(io.BytesIO(pack.content)).kind, pack.name) == ("case", f"evidence-{case.number}.zip")


class TestEvidenceOfConfidentialCases:
    @pytest.fixture
    def case(self, approval: Approval) -> Case:
        Case.objects.update(confidential=True)
        return Case.objects.get()

    def test_is_kept_in_the_history_where_it_is_handed_out(
        self, office: Office, approval: Approval, case: Case
    ) -> None:
        export_case_evidence(number=case.number, person=office.aud, now=NOW)
        export_approval_evidence(approval_id=approval.pk, person=office.aud, now=NOW)
        export_approval_evidence(approval_id=approval.pk, person=office.lee, now=NOW)
        assert [event["number"] for event in events_of("case.read")] == [case.number] * 3

    def test_is_hidden_from_those_who_may_not_open_the_case(
        self, office: Office, approval: Approval, case: Case
    ) -> None:
        with pytest.raises(CaseNotFound):
            export_case_evidence(number=case.number, person=office.mo, now=NOW)
        with pytest.raises(ApprovalNotFound):
            export_approval_evidence(approval_id=approval.pk, person=office.mo, now=NOW)
        assert events_of("export.made") == events_of("case.read") == []

    def test_tells_who_asked_what_became_of_it_and_nothing_of_the_case(
        self, office: Office, approval: Approval, case: Case
    ) -> None:
        files = unzip(export_approval_evidence(approval_id=approval.pk, person=office.ana, now=NOW).content)
        told = json.loads(files["events.json"])["events"]
        assert {event["subject_type"] for event in told} == {"approval", "task"}
        files = unzip(export_approval_evidence(approval_id=approval.pk, person=office.lee, now=NOW).content)
        assert "case" in {event["subject_type"] for event in json.loads(files["events.json"])["events"]}

    def test_is_left_out_of_samples_of_one_teams_auditor(self, office: Office, case: Case) -> None:
        add_role(office, "vi", "marketing", "auditor")
        events = Event.objects.filter(name__in=("case.opened", "task.decided"), team_id=office.team("marketing").pk)
        assert events.count() == 3
        sample = draw_sample(rows=events, search={}, size=3, seed="1", person=office.vi, now=NOW)
        items = self.read(sample, office.vi)
        assert [item["pack"] for item in items] == [None, None, None]
        assert events_of("case.read") == []
        with pytest.raises(CaseNotFound):
            export_event_evidence(event=events[0], person=office.vi, now=NOW)
        sample = draw_sample(rows=events, search={}, size=3, seed="1", person=office.aud, now=NOW)
        items = self.read(sample, office.aud)
        assert all(item["pack"] for item in items)
        assert len(events_of("case.read")) == 1
        assert export_event_evidence(event=events[0], person=office.aud, now=NOW).name.startswith("evidence-")

    def read(self, sample: AuditSample, person: Person) -> list[Any]:
        return list(json.loads(unzip(make_zip(sample, person))["sample.json"])["items"])
