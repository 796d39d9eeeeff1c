"""Variables of a generated test are assigned where a later line uses them, and only there."""

from __future__ import annotations

from streams.agents.testing_engineer.script import Braces, Call, Named, Node, Script


def _script(*arguments: str, body: str = "") -> list[str]:
    script = Script()
    script.write("courier = ", 'create(client, "/couriers", {})')
    nodes: list[Node] = [*arguments, *([Named("json", Braces((("courier_id", body),)))] if body else [])]
    script.check("", Call("client.post", tuple(nodes)))
    return script.lines()


def test_given_a_variable_in_a_body_after_a_path_when_written_then_it_is_assigned() -> None:
    path = "f\"/parcels/{parcel['id']}/assign\""
    assert _script(path, body='courier["id"]')[0] == 'courier = create(client, "/couriers", {})'


def test_given_a_variable_in_the_braces_of_a_path_when_written_then_it_is_assigned() -> None:
    assert _script("f\"/couriers/{courier['id']}\"")[0].startswith("courier = ")


def test_given_the_name_in_texts_alone_when_written_then_it_is_not_assigned() -> None:
    texts = ('f"/courier/{parcel}"', '"courier"', "'a \"courier\"'")
    assert _script(*texts)[0] == 'create(client, "/couriers", {})'


def test_given_a_record_that_is_called_like_a_step_when_named_then_the_step_stays_callable() -> None:
    script = Script()
    assert script.name("change") == "change_2"
    assert script.name("order") == "order"
