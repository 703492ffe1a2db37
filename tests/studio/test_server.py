from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from studio import server


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=server.ROUTES, middleware=server.MIDDLEWARE))


def test_an_offered_file_is_downloaded_whole_under_its_name(client: TestClient, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(b"x" * 3_000_000)
    answer = client.get(server.offer(file, "my-model.zip"))
    assert answer.content == file.read_bytes()
    assert 'filename="my-model.zip"' in answer.headers["content-disposition"]


def test_a_token_that_was_not_given_out_opens_nothing(client: TestClient) -> None:
    assert client.get("/download/guess").status_code == 404
    assert client.get("/download/..%2f..%2fetc%2fpasswd").status_code == 404


def test_a_file_that_is_gone_is_said_to_be_gone(client: TestClient, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(b"x")
    address = server.offer(file, "a.zip")
    file.unlink()
    assert client.get(address).status_code == 404


def test_the_same_file_has_one_address_and_old_ones_are_forgotten(tmp_path: Path) -> None:
    first = server.offer(tmp_path / "0", "0")
    assert server.offer(tmp_path / "0", "0") == first
    for number in range(1, server.OFFERS + 1):
        server.offer(tmp_path / str(number), str(number))
    assert server.offer(tmp_path / "0", "0") != first


def test_items_are_told_one_by_one_to_those_who_have_the_address(client: TestClient) -> None:
    address = server.tells("letters", lambda number: {"name": "abc"[number]})
    answer = client.get(f"{address}/1")
    assert answer.json() == {"name": "b"} and answer.headers["cache-control"].startswith("private")
    assert [client.get(f"{address}/{wrong}").status_code for wrong in ("3", "-1", "x")] == [404] * 3
    assert client.get("/item/guess/1").status_code == 404
    assert server.tells("letters", lambda number: {"name": "xyz"[number]}) == address
    assert client.get(f"{address}/1").json() == {"name": "y"}, "the last one that was named so tells"
    for number in range(server.LOOKED_INTO):
        server.tells(f"other {number}", str)
    assert client.get(f"{address}/1").status_code == 404, "old ones are forgotten"


def test_every_answer_bears_the_security_headers(client: TestClient) -> None:
    answer = client.get("/download/guess")
    assert {name: answer.headers[name] for name in server.HEADERS} == server.HEADERS


def test_plotly_is_served_from_its_own_package(client: TestClient) -> None:
    answer = client.get(server.plotly_address())
    assert answer.status_code == 200
    assert "plotly.js" in answer.text[:400]
    assert "immutable" in answer.headers["cache-control"]


def test_a_page_of_the_studio_tells_the_browser_where_the_server_is(client: TestClient) -> None:
    answer = client.get("/finetune")
    assert answer.status_code == 200
    assert server.WHERE in answer.text.split("<title>")[0], "before the scripts that read it"
    assert answer.headers["cache-control"] == "no-cache"
