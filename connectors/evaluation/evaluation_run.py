"""A whole evaluation: deliveries, judging, saving, one requirement after the other as they end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from connectors.evaluation.deliveries import deliver_all
from connectors.evaluation.evaluation_files import Progressed, Report
from connectors.evaluation.judging import Thoroughness, judged
from connectors.evaluation.requirement_set import EvaluatedRequirement
from connectors.evaluation.scores import RequirementScore, summary_of
from connectors.settings import Settings


def evaluate(
    requirements: Sequence[EvaluatedRequirement],
    config: Settings,
    *,
    name: str,
    folder: Path,
    how: Thoroughness,
    resume: bool,
    parallel: int,
    delivery_seconds: float,
    progress: Callable[[str], Any],
) -> Report:
    """Delivers and judges each requirement.

    Args:
        config: of a running system.
        name: of the set.
        folder: keeps the score of each requirement as soon as it is known.
        resume: take over scores that the folder has from a run of the same thoroughness.
        parallel: deliveries under way at the same time.
        delivery_seconds: time that one delivery may take.
        progress: is told what is done now.

    Raises:
        SetupError: broker or sandbox do not work.
    """
    began = time.monotonic()
    kept = Progressed(folder, how)
    known = {r.id: score for r in requirements if resume and (score := kept.kept(r))}
    waiting = [requirement for requirement in requirements if requirement.id not in known]
    if known:
        progress(f"{len(known)} of {len(requirements)} are judged already")
    for ended in deliver_all(waiting, config, parallel=parallel, limit_seconds=delivery_seconds):
        place = f"{len(known) + 1}/{len(requirements)} {ended.requirement.id}"
        progress(f"{place}: {ended.outcome} after {ended.seconds:.0f} s")
        score = judged(ended, how, partial(_told, progress, place))
        kept.keep(score)
        known[score.id] = score
    scores: list[RequirementScore] = [known[requirement.id] for requirement in requirements]
    return Report(
        set=name,
        fuzz_seconds=how.fuzz_seconds,
        mutants=how.mutants,
        pages=how.pages,
        seed=how.seed,
        summary=summary_of(scores, time.monotonic() - began),
        requirements=tuple(scores),
    )


def _told(progress: Callable[[str], Any], place: str, what: str) -> None:
    progress(f"{place}: {what}")
