"""Who is meant by a reference, and who is asked when the first one may not answer."""

from __future__ import annotations

from typing import Any

import pytest

from cases.errors import AskInvalid
from cases.people_refs import ApprovalEntry, Asking, resolve_approvers, resolve_people
from integrator.people.models import Membership, Person, Team
from integrator.people.refs import find_person
from tests.support.cases import Office, add_role


def resolve(office: Office, approvers: Any, requested_by: str = "") -> tuple[ApprovalEntry, ...]:
    requester = office.people[requested_by] if requested_by else None
    return resolve_approvers(approvers, Asking(team_id=office.team("marketing").pk, requested_by=requester))


def words(entries: tuple[ApprovalEntry, ...]) -> list[tuple[str, list[str]]]:
    return [(entry.ref, [candidate.ref for candidate in entry.candidates]) for entry in entries]


class TestFindPerson:
    @pytest.mark.parametrize("name", ["lee", "lee@example.org", "LEE@example.org"])
    def test_finds_by_user_name_or_address(self, office: Office, name: str) -> None:
        assert find_person(name) == office.lee

    @pytest.mark.parametrize("name", ["Lee", "nobody", "", "nobody@example.org"])
    def test_finds_nobody_else(self, office: Office, name: str) -> None:
        assert find_person(name) is None


class TestResolvePeople:
    def test_finds_people_and_teams_once_each(self, office: Office) -> None:
        found = resolve_people(["lee", "lee@example.org", "team:hr"])
        assert [(row.person_id, row.team_id) for row in found] == [
            (office.lee.pk, None),
            (None, office.team("hr").pk),
        ]

    @pytest.mark.parametrize(
        ("to", "code", "named"),
        [
            ("zoe", "task.unknown_person", "zoe"),
            (["lee", "zoe@example.org"], "task.unknown_person", "zoe@example.org"),
            ("team:nope", "task.unknown_person", "nope"),
            ("each:team:legal", "task.unknown_person", "each:team:legal"),
            ("team:empty", "task.nobody", "Empty"),
            ([], "task.nobody", "nobody"),
            (None, "task.unknown_person", "missing"),
        ],
    )
    def test_names_whom_it_cannot_find(self, office: Office, to: Any, code: str, named: str) -> None:
        with pytest.raises(AskInvalid, match=named) as caught:
            resolve_people(to)
        assert caught.value.code == code

    def test_refuses_somebody_deactivated(self, office: Office) -> None:
        Person.objects.filter(username="sam").update(is_active=False)
        with pytest.raises(AskInvalid, match="deactivated"):
            resolve_people("sam")
        with pytest.raises(AskInvalid, match="Nobody in the team Hr"):
            resolve_people("team:hr")

    def test_counts_no_viewer_as_able_to_work(self, office: Office) -> None:
        Membership.objects.filter(person=office.sam).update(role="viewer")
        with pytest.raises(AskInvalid) as caught:
            resolve_people("team:hr")
        assert caught.value.code == "task.nobody"


class TestResolveApprovers:
    def test_makes_one_entry_for_a_team_and_one_for_each_member(self, office: Office) -> None:
        entries = resolve(office, ["team:legal", "each:team:legal", {"who": "bo", "veto": True}])
        assert words(entries) == [
            ("team:legal", ["team:legal"]),
            ("lee", ["lee"]),
            ("lia", ["lia"]),
            ("bo", ["bo"]),
        ]
        assert [entry.veto for entry in entries] == [False, False, False, True]
        assert entries[0].label == "Legal"

    def test_carries_a_veto_to_each_member(self, office: Office) -> None:
        entries = resolve(office, [{"who": "each:team:legal", "veto": True}])
        assert [(entry.ref, entry.veto) for entry in entries] == [("lee", True), ("lia", True)]

    @pytest.mark.parametrize("team", ["team:empty", "each:team:empty", "team:hr"])
    def test_refuses_a_team_in_which_nobody_approves(self, office: Office, team: str) -> None:
        with pytest.raises(AskInvalid) as caught:
            resolve(office, [team])
        assert caught.value.code == "task.nobody"

    @pytest.mark.parametrize("approvers", [[], [{"veto": True}], [{"who": "lee", "veto": "yes"}], [{"name": "lee"}]])
    def test_refuses_what_names_nobody(self, office: Office, approvers: Any) -> None:
        with pytest.raises(AskInvalid):
            resolve(office, approvers)

    def test_asks_the_lead_instead_of_a_named_requester(self, office: Office) -> None:
        entries = resolve(office, ["lee", "team:brand"], requested_by="lee")
        assert words(entries) == [("lee", ["lee", "lia"]), ("team:brand", ["team:brand"])]
        assert [row.stands_for for row in entries[0].candidates] == ["", "lee"]

    def test_asks_the_lead_of_the_flow_when_the_requester_leads_the_team(self, office: Office) -> None:
        assert words(resolve(office, ["lia"], requested_by="lia")) == [("lia", ["lia", "mo"])]

    def test_leaves_a_team_to_its_other_members(self, office: Office) -> None:
        assert words(resolve(office, ["team:legal"], requested_by="lee")) == [("team:legal", ["team:legal"])]

    def test_asks_the_flows_lead_when_the_requester_is_the_whole_team(self, office: Office) -> None:
        Membership.objects.filter(person=office.bea).delete()
        assert words(resolve(office, ["team:brand"], requested_by="bo")) == [("team:brand", ["team:brand", "mo"])]

    def test_does_not_count_the_requester_among_each(self, office: Office) -> None:
        entries = resolve(office, ["each:team:legal"], requested_by="lee")
        assert words(entries) == [("lia", ["lia"]), ("lee", ["lee", "mo"])]

    def test_drops_the_requester_from_each_when_no_lead_is_left(self, office: Office) -> None:
        Membership.objects.filter(person=office.mo).delete()
        assert words(resolve(office, ["each:team:legal"], requested_by="lee")) == [("lia", ["lia"])]

    def test_refuses_when_only_the_requester_could_answer(self, office: Office) -> None:
        Membership.objects.filter(role="lead").delete()
        Team.objects.update(lead=None)
        with pytest.raises(AskInvalid, match="Lee asked for this") as caught:
            resolve(office, ["lee"], requested_by="lee")
        assert caught.value.code == "task.nobody"

    def test_lets_the_named_lead_answer_without_a_role(self, office: Office) -> None:
        Membership.objects.filter(team=office.team("hr")).delete()
        Team.objects.filter(slug="hr").update(lead=office.sam)
        assert words(resolve(office, ["team:hr"])) == [("team:hr", ["team:hr"])]

    def test_does_not_take_a_lead_twice(self, office: Office) -> None:
        add_role(office, "lia", "brand", "approver")
        entries = resolve(office, ["lee", "lia"], requested_by="lee")
        assert words(entries) == [("lee", ["lee", "mo"]), ("lia", ["lia"])]
