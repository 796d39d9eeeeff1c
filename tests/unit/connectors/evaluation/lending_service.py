"""A small service written by hand, to judge: tools, their lending, states and a report."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel, Field


class ToolIn(BaseModel):
    tag_number: str = Field(pattern=r"^[A-Z]{2}-\d{3}$")
    daily_rate: int = Field(ge=5, le=90)


class Tool(ToolIn):
    id: int


class LoanIn(BaseModel):
    tool_id: int
    due_on: str = Field(json_schema_extra={"format": "date"})


class LoanChange(BaseModel):
    due_on: str | None = None


class Loan(LoanIn):
    id: int
    status: Literal["asked", "granted", "returned"]


def lending_service() -> FastAPI:
    """Loans are granted before they are returned; `/tools/{id}/break` fails as a service never should."""
    app = FastAPI()
    tools: dict[int, Tool] = {}
    loans: dict[int, Loan] = {}

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/tools", status_code=201)
    def create_tool(body: ToolIn) -> Tool:
        tools[len(tools) + 1] = Tool(id=len(tools) + 1, **body.model_dump())
        return tools[len(tools)]

    @app.get("/tools")
    def list_tools(tag_number: str | None = None) -> list[Tool]:
        return [t for t in tools.values() if tag_number in (None, t.tag_number)]

    @app.get("/tools/{id}")
    def get_tool(id: int) -> Tool:  # noqa: A002
        return tools[id]

    @app.post("/tools/{id}/break")
    def break_tool(id: int) -> Tool:  # noqa: A002
        return Response(f"tool {id} broke", status_code=500)  # type: ignore[return-value]

    @app.post("/loans", status_code=201)
    def create_loan(body: LoanIn) -> Loan:
        if body.tool_id not in tools:
            raise HTTPException(422, [{"loc": ["body", "tool_id"], "msg": "no such tool"}])
        loans[len(loans) + 1] = Loan(id=len(loans) + 1, status="asked", **body.model_dump())
        return loans[len(loans)]

    @app.get("/loans")
    def list_loans(status: Literal["asked", "granted", "returned"] | None = None) -> list[Loan]:
        return [loan for loan in loans.values() if status in (None, loan.status)]

    @app.get("/loans/overdue")
    def list_overdue_loans() -> list[Loan]:
        return []

    @app.get("/loans/{id}")
    def get_loan(id: int) -> Loan:  # noqa: A002
        return loans[id]

    @app.post("/loans/{id}/grant")
    def grant_loan(id: int) -> Loan:  # noqa: A002
        return _moved(loans, id, "asked", "granted")

    @app.post("/loans/{id}/return")
    def return_loan(id: int) -> Loan:  # noqa: A002
        return _moved(loans, id, "granted", "returned")

    @app.post("/loans/{id}/freeze")
    def freeze_loan(id: int) -> Loan:  # noqa: A002
        raise HTTPException(409, f"loan {id} cannot be frozen")

    @app.get("/reports/loans-by-tool")
    def report_loans_by_tool() -> dict[str, int]:
        return {}

    return app


def _moved(loans: dict[int, Loan], at: int, before: str, after: Literal["granted", "returned"]) -> Loan:
    if loans[at].status != before:
        raise HTTPException(409, f"the loan is not {before}")
    loans[at] = loans[at].model_copy(update={"status": after})
    return loans[at]


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serves the app on a free port; gives its address until the block ends."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < until, "the service did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
