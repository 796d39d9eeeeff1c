"""The plan of a fault run."""

from __future__ import annotations

from collections import Counter

from deploy.faults.plan import KINDS, kinds_of, plan
from deploy.faults.run import SERVICES


def test_given_a_seed_when_planned_twice_then_both_plans_are_the_same() -> None:
    assert plan(7, 60, SERVICES) == plan(7, 60, SERVICES)


def test_given_two_seeds_when_planned_then_the_plans_differ() -> None:
    assert plan(7, 60, SERVICES) != plan(8, 60, SERVICES)


def test_given_few_faults_when_planned_then_each_kind_is_among_them() -> None:
    assert {fault.kind for fault in plan(7, len(KINDS), SERVICES)} == set(KINDS)


def test_given_many_faults_when_planned_then_each_service_and_each_point_has_its_turn() -> None:
    faults = plan(7, 400, SERVICES)

    points = {(service, point) for service in SERVICES for point in SERVICES[service]}
    assert {(fault.service, fault.point) for fault in faults if fault.kind == "crash_at"} == points
    assert {fault.service for fault in faults if fault.kind == "kill"} == set(SERVICES)


def test_given_many_faults_when_planned_then_a_frozen_process_sleeps_past_its_session() -> None:
    frozen = [fault.seconds for fault in plan(7, 400, SERVICES) if fault.kind == "freeze"]

    assert min(frozen) > 10.0
    assert Counter(fault.number for fault in plan(7, 400, SERVICES)).most_common(1)[0][1] == 1


def test_given_one_broker_when_kinds_are_chosen_then_none_of_several_is_killed() -> None:
    assert "kill_one_broker" not in kinds_of(1, disks=True)
    assert set(kinds_of(1, disks=True)) | {"kill_one_broker"} == set(KINDS)


def test_given_three_brokers_when_planned_then_one_is_killed_and_each_has_its_turn() -> None:
    faults = plan(7, 400, SERVICES, kinds_of(3, disks=True), brokers=3)

    assert not [fault for fault in faults if fault.kind == "kill_broker"]
    assert {fault.instance for fault in faults if fault.kind == "kill_one_broker"} == {0, 1, 2}
    assert max(fault.instance for fault in faults if fault.kind == "freeze") == 1


def test_given_no_disks_that_can_be_filled_when_kinds_are_chosen_then_none_is_full() -> None:
    assert not [each for each in plan(7, 400, SERVICES, kinds_of(1, disks=False)) if each.kind == "full_disk"]


def test_given_many_faults_when_planned_then_each_disk_is_full_and_each_way_is_cut() -> None:
    faults = plan(7, 400, SERVICES)

    assert {each.target for each in faults if each.kind == "full_disk"} == {"artefacts", "database", "broker"}
    cuts = {(each.target, each.way) for each in faults if each.kind == "refuse_connections"}
    assert len(cuts) == 2 * 3
    assert {each.service for each in faults if each.kind == "refuse_connections"} == set(SERVICES)
