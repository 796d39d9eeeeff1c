"""Tasks with a life cycle, filters, a search and a field of every simple type."""

from __future__ import annotations

from schemas.specification import Action, Effect, Export, Listing, Search, Specification, StateMachine, Unique
from tests.specifications.writing import choice, computed, entity, field, finished, needed, refers, when


def tasks() -> Specification:
    """A task list."""
    states = ("open", "in_progress", "done")
    task = entity(
        "Task",
        "tasks",
        "Task",
        needed("title", max_length=120),
        field("description", "long_text"),
        field("due_date", "date"),
        choice("status", *states, default="open"),
        choice("priority", "low", "normal", "high", default="normal", required=True),
        field("estimate_hours", "decimal", minimum="0", maximum="100", multiple_of="0.25"),
        field("points", "integer", minimum="1", maximum="13"),
        field("private", "boolean", default="false"),
        field("remind_at", "time"),
        field("link", "url"),
        field("labels", many=True),
        field("reviewers", "email", many=True),
        choice("channels", "web", "mail", many=True),
        refers("project_id", "Project", required=False),
        computed("done_at", "datetime"),
    )
    project = entity(
        "Project",
        "projects",
        "Project",
        needed("name", unique=True),
        needed("code", max_length=8),
        needed("owner_email", "email"),
        field("phone", "phone"),
        field("started_on", "date", default="today"),
        field("kicked_off_at", "datetime", default="now"),
        field("budget", "money", minimum="0", exclusive_minimum=True),
    )
    return finished(
        Specification(
            name="Task list",
            package="task_list",
            summary="Keeps tasks and projects.",
            entities=(project, task),
            state_machines=(
                StateMachine(
                    id="task-status",
                    entity="Task",
                    field="status",
                    states=states,
                    initial="open",
                    creatable=("open", "in_progress"),
                ),
            ),
            actions=(
                Action(
                    id="task-start",
                    entity="Task",
                    name="start",
                    label="Start",
                    sources=("open",),
                    target="in_progress",
                ),
                Action(
                    id="task-finish",
                    entity="Task",
                    name="finish",
                    label="Finish",
                    sources=("open", "in_progress"),
                    target="done",
                    message="A done task stays done",
                ),
            ),
            effects=(Effect(id="task-done-at", entity="Task", on="finish", field="done_at", value="now"),),
            uniques=(
                Unique(
                    id="one-title-per-project",
                    entity="Task",
                    fields=("project_id", "title"),
                    ignoring_states=("done",),
                    message="The project has this task already",
                ),
            ),
            listings=(
                Listing(
                    id="overdue-tasks",
                    name="overdue",
                    label="Overdue tasks",
                    entity="Task",
                    where=(
                        when("due_date", "not_null"),
                        when("due_date", "lt", "today"),
                        when("status", "ne", "=done"),
                    ),
                ),
                Listing(
                    id="due-soon",
                    name="due-soon",
                    label="Tasks due soon",
                    entity="Task",
                    where=(
                        when("due_date", "not_null"),
                        when("due_date", "le", "today+7d"),
                        when("status", "in", "=open,in_progress"),
                    ),
                ),
            ),
            exports=(Export(id="task-export", entity="Task"),),
            searches=(Search(id="task-search", entity="Task", fields=("title", "description")),),
        )
    )
