"""Hours on projects: a limit on a sum, a locked week, a warning at 80 % of a budget."""

from __future__ import annotations

from schemas.specification import Derivation, Limit, Notice, PeriodLock, Permission, Specification
from tests.specifications.writing import computed, entity, field, finished, needed, refers, when


def timesheets() -> Specification:
    """People log hours; team leads lock weeks."""
    project = entity(
        "Project",
        "projects",
        "Project",
        needed("name"),
        field("customer"),
        needed("budget_hours", "decimal", minimum="0"),
        computed("logged_hours", "decimal"),
        computed("billable_hours", "decimal"),
    )
    entry = entity(
        "Entry",
        "entries",
        "Entry",
        needed("person_email", "email"),
        refers("project_id", "Project"),
        needed("date", "date"),
        needed("hours", "decimal", minimum="0.25", maximum="12", multiple_of="0.25"),
        field("travel_hours", "decimal", minimum="0", default="0"),
        field("billable", "boolean", default="true"),
        field("note", "long_text"),
        computed("all_hours", "decimal"),
    )
    lock = entity("WeekLock", "week-locks", "Week lock", needed("date", "date"))
    return finished(
        Specification(
            name="Timesheets",
            package="timesheets",
            summary="People log their working hours against projects.",
            entities=(project, entry, lock),
            roles=("person", "team_lead"),
            period_locks=(
                PeriodLock(
                    id="locked-week",
                    entity="Entry",
                    date_field="date",
                    period="week",
                    lock_entity="WeekLock",
                    lock_date_field="date",
                    message="The week is locked",
                ),
            ),
            limits=(
                Limit(
                    id="twelve-hours",
                    entity="Entry",
                    measure="hours",
                    group_by=("person_email", "date"),
                    maximum="=12",
                    message="No more than 12 hours per person and day",
                ),
            ),
            derivations=(
                Derivation(
                    id="entry-hours",
                    entity="Entry",
                    field="all_hours",
                    kind="sum",
                    operands=("hours", "travel_hours"),
                ),
                Derivation(
                    id="project-hours",
                    entity="Project",
                    field="logged_hours",
                    kind="sum_of_children",
                    operands=("hours",),
                    child="Entry",
                    via="project_id",
                ),
                Derivation(
                    id="project-billable",
                    entity="Project",
                    field="billable_hours",
                    kind="sum_of_children",
                    operands=("hours",),
                    child="Entry",
                    via="project_id",
                    where=(when("billable", "eq", "=true"),),
                ),
            ),
            notices=(
                Notice(
                    id="budget-warning",
                    entity="Project",
                    condition=when("logged_hours", "ge", "budget_hours", "0.8"),
                    message="80 % of the budget is used",
                ),
            ),
            permissions=(
                Permission(
                    id="lead-locks", role="team_lead", entity="WeekLock", operations=("create", "delete")
                ),
            ),
        )
    )
