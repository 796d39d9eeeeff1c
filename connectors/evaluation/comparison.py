"""Two evaluations side by side: which figures changed, and which requirements fare otherwise. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.evaluation.evaluation_files import Report
from connectors.evaluation.scores import RequirementScore


@dataclass(frozen=True)
class FigureChange:
    """One figure in both runs; None where a run does not have it."""

    name: str
    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        """After less before, None where one is missing."""
        return None if self.before is None or self.after is None else round(self.after - self.before, 4)


@dataclass(frozen=True)
class RequirementChange:
    """What is different for one requirement.

    Attributes:
        gained, lost: operations and entities that work now and did not, and the other way round.
        outcome: 'before -> after' where the delivery ended otherwise, '' where it did not.
    """

    id: str
    outcome: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """All that changed from one run to the other."""

    figures: tuple[FigureChange, ...]
    requirements: tuple[RequirementChange, ...]


def compared(before: Report, after: Report) -> Comparison:
    """The changes from `before` to `after`; requirements that only one of them has are left out."""
    old, new = before.summary.model_dump(), after.summary.model_dump()
    earlier = {score.id: score for score in before.requirements}
    changes = [_change(earlier[score.id], score) for score in after.requirements if score.id in earlier]
    return Comparison(
        figures=tuple(FigureChange(name, old[name], new[name]) for name in new),
        requirements=tuple(c for c in changes if c.outcome or c.gained or c.lost),
    )


def _change(before: RequirementScore, after: RequirementScore) -> RequirementChange:
    old, new = _working(before), _working(after)
    outcome = f"{before.outcome} -> {after.outcome}" if before.outcome != after.outcome else ""
    return RequirementChange(after.id, outcome, tuple(sorted(new - old)), tuple(sorted(old - new)))


def _working(score: RequirementScore) -> set[str]:
    operations = {o.operation for o in score.operations if o.standing == "works"}
    return operations | {f"entity {entity.name}" for entity in score.entities if entity.resource}
