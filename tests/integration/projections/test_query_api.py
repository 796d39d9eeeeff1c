"""Queries over the read models of a known log."""

from __future__ import annotations

import asyncio
import uuid
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.integration.projections.conftest import Projected
from tests.unit.projections.rich_deliveries import BUILD, HARD_TEXT

Json = dict[str, Any]
STORED_TEXT = HARD_TEXT.replace("\x00", "\ufffd")


async def get(api: httpx.AsyncClient, path: str, **parameters: str | int | list[str]) -> Json:
    """The JSON of a good answer."""
    response = await api.get(path, params=parameters)
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


async def all_pages(api: httpx.AsyncClient, path: str, **parameters: str | int | list[str]) -> list[Json]:
    """The items of all pages."""
    items: list[Json] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(api, path, **parameters, **cursor)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": str(page["next_cursor"])}


async def delivery_that_is(api: httpx.AsyncClient, status: str) -> str:
    """Id of a delivery with this status."""
    items = (await get(api, "/api/v1/deliveries", status=status, limit=1))["items"]
    assert isinstance(items, list)
    assert items, f"the log has no delivery that is {status}"
    return str(items[0]["delivery_id"])


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "updated_at", "-updated_at", "name", "-name"])
async def test_given_deliveries_when_paged_then_each_comes_once_in_order(
    api: httpx.AsyncClient, projected: Projected, sort: str
) -> None:
    items = await all_pages(api, "/api/v1/deliveries", sort=sort, limit=7)

    ids = [item["delivery_id"] for item in items]
    assert len(ids) == len(set(ids)) == len({record.key for record in projected.records})
    keys = [str(item[sort.removeprefix("-")]) for item in items]
    assert all(one >= other if sort.startswith("-") else one <= other for one, other in pairwise(keys))


async def test_given_a_page_when_followed_by_its_link_then_the_next_comes(api: httpx.AsyncClient) -> None:
    first = await api.get("/api/v1/deliveries", params={"limit": 5})
    target, relation = first.headers["link"].split("; ")
    following = await api.get(target.strip("<>"))

    assert relation == 'rel="next"'
    seen = {item["delivery_id"] for item in first.json()["items"]}
    assert following.json()["items"]
    assert not seen & {item["delivery_id"] for item in following.json()["items"]}


async def test_given_deliveries_of_all_kinds_when_filtered_then_just_those_come(
    api: httpx.AsyncClient,
) -> None:
    everything = await all_pages(api, "/api/v1/deliveries")
    for outcome in ("built", "compensated", "failed", "clarification"):
        found = await all_pages(api, "/api/v1/deliveries", outcome=outcome)
        assert found == [item for item in everything if item["outcome"] == outcome]
    both = await all_pages(api, "/api/v1/deliveries", status=["built", "cancelled"])
    assert both == [item for item in everything if item["status"] in ("built", "cancelled")]
    moment = str(everything[10]["created_at"])
    early = await all_pages(api, "/api/v1/deliveries", created_to=moment)
    assert early == [item for item in everything if str(item["created_at"]) <= moment]
    assert await all_pages(api, "/api/v1/deliveries", q="LIBRARY LENDS") == everything
    assert await all_pages(api, "/api/v1/deliveries", q="no such words") == []


async def test_given_a_built_delivery_when_read_then_all_its_parts_are_there(api: httpx.AsyncClient) -> None:
    delivery = await delivery_that_is(api, "built")
    base = f"/api/v1/deliveries/{delivery}"
    found = await get(api, base)
    specification = await get(api, f"{base}/specification")
    features = await get(api, f"{base}/features")
    stories = await get(api, f"{base}/stories")
    report = await get(api, f"{base}/test-report")
    builds = await get(api, f"{base}/builds")
    outcome = await get(api, f"{base}/outcome")

    assert found["outcome"] == "built"
    assert found["requirement"] == f"A library lends books. {STORED_TEXT}"
    assert found["tests"] == {"passed": 6, "failed": 0, "line_coverage": 0.9375, "branch_coverage": 0.875}
    assert found["artefact"]["wheel"] == BUILD.wheel
    assert specification["specification"]["package"] == found["package"]
    assert [item["feature_id"] for item in features["items"]] == ["F01", "F02"]
    assert {item["result"] for item in stories["items"]} == {"passed"}
    assert [case["criterion_id"] for case in report["cases"]] == [
        f"S0{story}-AC{n}" for story in (1, 2, 3) for n in (1, 2)
    ]
    assert builds["items"][0]["files"] == [
        {"path": BUILD.wheel, "sha256": BUILD.wheel_sha256, "size": 12_345}
    ]
    assert outcome["outcome"] == "built"


async def test_given_bundles_of_three_steps_when_sources_are_read_then_the_latest_bundle_comes(
    api: httpx.AsyncClient,
) -> None:
    delivery = await delivery_that_is(api, "built")
    listed = await get(api, f"/api/v1/deliveries/{delivery}/sources")
    text = await api.get(f"/api/v1/deliveries/{delivery}/sources/library/static/index.html")
    replaced = await api.get(f"/api/v1/deliveries/{delivery}/sources/library/old.py")

    assert listed["step"] == "tests"
    paths = [item["path"] for item in listed["items"]]
    assert paths == ["library/app.py", "library/static/index.html", "tests/test_S01.py"]
    assert text.text == f"# {STORED_TEXT}\n"
    assert text.headers["content-type"].startswith("text/plain")
    assert replaced.status_code == 404


async def test_given_a_compensated_delivery_when_read_then_it_tells_why_and_features_are_deleted(
    api: httpx.AsyncClient, projected: Projected
) -> None:
    undone = {record.key for record in projected.of_type("FeatureDeleted")}
    candidates = [
        item
        for item in await all_pages(api, "/api/v1/deliveries", status="compensated")
        if item["delivery_id"] in undone and item["attempt"] == 1
    ]
    base = f"/api/v1/deliveries/{candidates[0]['delivery_id']}"
    found, outcome = await get(api, base), await get(api, f"{base}/outcome")
    features = await get(api, f"{base}/features")

    assert found["failure"] == {
        "cause": outcome["cause"],
        "step": outcome["failed_step"],
        "reason": outcome["reason"],
    }
    assert found["artefact"] is None
    assert {item["status"] for item in features["items"]} == {"deleted"}


async def test_given_the_log_when_its_timeline_is_paged_then_every_event_comes_once(
    api: httpx.AsyncClient, projected: Projected
) -> None:
    items = await all_pages(api, "/api/v1/timeline", limit=200)
    started = await all_pages(api, "/api/v1/timeline", event_type=["BackendStarted", "TestsStarted"])
    key = projected.records[0].key
    of_one = await all_pages(api, f"/api/v1/deliveries/{key}/timeline", limit=3)

    assert {item["position"] for item in items} == {str(each.position) for each in projected.records}
    assert len(items) == len(projected.records)
    expected = len(projected.of_type("BackendStarted")) + len(projected.of_type("TestsStarted"))
    assert len(started) == expected
    assert {item["position"] for item in of_one} == {
        str(each.position) for each in projected.records if each.key == key
    }


@pytest.mark.parametrize(
    ("path", "event_types"),
    [
        ("features", ["FeatureCreated"]),
        ("specifications", ["SpecificationWritten"]),
        ("test-reports", ["TestsPassed", "TestsFailed"]),
        ("builds", ["BuildCompleted", "BuildFailed"]),
        ("outcomes", ["DeliverySucceeded", "DeliveryPaused", "DeliveryFailed", "DeliveryCompensated"]),
    ],
)
async def test_given_the_log_when_a_collection_is_paged_then_it_has_a_row_for_each_attempt(
    api: httpx.AsyncClient, projected: Projected, path: str, event_types: list[str]
) -> None:
    items = await all_pages(api, f"/api/v1/{path}", limit=9)

    told = {
        (each.key, each.event.payload.attempt)  # type: ignore[attr-defined]
        for event_type in event_types
        for each in projected.of_type(event_type)
    }
    assert {(item["delivery_id"], item["attempt"]) for item in items} == told
    one = items[0]
    filters = {"delivery_id": str(one["delivery_id"]), "attempt": str(one["attempt"])}
    narrowed = await all_pages(api, f"/api/v1/{path}", **filters)
    assert narrowed == [
        item
        for item in items
        if item["delivery_id"] == one["delivery_id"] and item["attempt"] == one["attempt"]
    ]


async def test_given_stories_when_filtered_by_result_then_tests_decide(api: httpx.AsyncClient) -> None:
    everything = await all_pages(api, "/api/v1/stories")
    for result in ("untested", "passed", "failed"):
        found = await all_pages(api, "/api/v1/stories", result=result)
        assert found == [item for item in everything if item["result"] == result]
        assert found


@pytest.mark.parametrize(
    "path",
    ["/api/v1/deliveries", "/api/v1/timeline?limit=3", "/api/v1/builds", "/api/v1/skipped"],
)
async def test_given_an_answer_when_asked_again_with_its_tag_then_304(
    api: httpx.AsyncClient, path: str
) -> None:
    first = await api.get(path)
    tag = first.headers["etag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await api.get(path, headers={"If-None-Match": header})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await api.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/nothing", 404),
        (f"/api/v1/deliveries/{uuid.UUID(int=1)}", 404),
        (f"/api/v1/deliveries/{uuid.UUID(int=1)}/timeline", 404),
        (f"/api/v1/deliveries/{uuid.UUID(int=1)}/specification", 404),
        (f"/api/v1/deliveries/{uuid.UUID(int=1)}/sources/a.py", 404),
        ("/api/v1/deliveries/no-uuid", 422),
        ("/api/v1/deliveries?stauts=built", 422),
        ("/api/v1/deliveries?status=perfect", 422),
        ("/api/v1/deliveries?limit=0", 422),
        ("/api/v1/deliveries?limit=201", 422),
        ("/api/v1/deliveries?created_from=yesterday", 422),
        ("/api/v1/deliveries?q=%00", 422),
        ("/api/v1/deliveries?sort=reason", 422),
        ("/api/v1/deliveries?cursor=abc", 400),
        ("/api/v1/deliveries?cursor=W10", 400),
        ("/api/v1/deliveries?after=somewhere", 400),
        ("/api/v1/deliveries?after=other-topic-0-1", 400),
        ("/api/v1/features?attempt=99999999999999999999", 422),
        ("/api/v1/timeline?actor=%ED%A0%80", 200),
    ],
)
async def test_given_a_wrong_query_when_asked_then_a_problem_tells_what(
    api: httpx.AsyncClient, path: str, status: int
) -> None:
    response = await api.get(path)

    assert response.status_code == status, response.text
    if status != 200:
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == status
        assert problem["detail"]
        assert problem["title"]
        assert problem["instance"] == path.split("?")[0]


async def test_given_a_cursor_of_one_sort_when_used_with_another_then_400(api: httpx.AsyncClient) -> None:
    page = await get(api, "/api/v1/deliveries", sort="name", limit=1)
    response = await api.get(
        "/api/v1/deliveries", params={"sort": "-name", "cursor": str(page["next_cursor"])}
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "cursor"


async def test_given_a_write_when_sent_to_the_api_then_405_as_a_problem(api: httpx.AsyncClient) -> None:
    response = await api.post("/api/v1/deliveries", json={})

    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["allow"] == "GET"


async def test_given_a_record_not_yet_projected_when_asked_after_it_then_503_with_retry_after(
    api: httpx.AsyncClient, projected: Projected
) -> None:
    last = max(each.position for each in projected.records if each.position.topic == "feature-events")
    passed = await api.get("/api/v1/deliveries", params={"after": str(last)})
    ahead = f"{last.topic}-{last.partition}-{last.offset + 1}"
    started = asyncio.get_running_loop().time()
    response = await api.get("/api/v1/deliveries", params={"after": ahead})

    assert passed.status_code == 200
    assert 0.9 < asyncio.get_running_loop().time() - started < 5
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1
    assert response.json()["type"] == "urn:streamwright:problem:not-yet-projected"


async def test_given_the_api_when_asked_for_its_description_then_every_reference_leads_somewhere(
    api: httpx.AsyncClient,
) -> None:
    document = (await api.get("/openapi.json")).json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for reference in _references(document):
        at: object = document
        for part in reference.removeprefix("#/").split("/"):
            assert isinstance(at, dict), reference
            at = at[part]
    for operation in operations:
        error = operation["responses"]["422"]["content"]
        assert list(error) == ["application/problem+json"]


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    if isinstance(node, list):
        return [found for value in node for found in _references(value)]
    return []


async def test_given_the_api_when_its_health_is_asked_then_it_is_up_and_ready(api: httpx.AsyncClient) -> None:
    assert (await api.get("/health")).json() == {"status": "ok"}
    ready = await api.get("/ready")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "problem": ""})


async def test_given_queries_when_metrics_are_asked_then_each_route_is_counted(
    api: httpx.AsyncClient,
) -> None:
    await api.get("/api/v1/builds")
    await api.get("/api/v1/builds?limit=0")
    await api.get(f"/api/v1/deliveries/{uuid.UUID(int=1)}")
    await api.get("/no/such/path")
    text = (await api.get("/metrics")).text

    for labels in (
        'route="/api/v1/builds",status="200"',
        'route="/api/v1/builds",status="422"',
        'route="/api/v1/deliveries/{delivery_id}",status="404"',
        'route="none",status="404"',
    ):
        assert f"streamwright_query_seconds_count{{{labels}}} 1.0" in text
