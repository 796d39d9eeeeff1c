"""A whole evaluation: deliveries, judging, saving, one requirement after the other as they end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from connectors.evaluation.deliveries import Ended, deliver_all, delivered_before
from connectors.evaluation.evaluation_files import Progressed, Report
from connectors.evaluation.judging import Thoroughness, judged, text_digest
from connectors.evaluation.requirement_set import EvaluatedRequirement
from connectors.evaluation.scores import RequirementScore, summary_of
from connectors.settings import Settings


def evaluate(
    requirements: Sequence[EvaluatedRequirement],
    start: Callable[[], Settings],
    artefacts: Path,
    *,
    name: str,
    folder: Path,
    how: Thoroughness,
    resume: bool,
    parallel: int,
    delivery_seconds: float,
    earlier: Sequence[RequirementScore],
    progress: Callable[[str], Any],
) -> Report:
    """Delivers and judges each requirement; after an interrupt, the report is about those judged so far.

    Args:
        start: sees that the system runs, and gives its settings; called where something is to be delivered.
        artefacts: root of the builds, for deliveries that are judged again.
        name: of the set.
        folder: keeps the score of each requirement as soon as it is known.
        resume: take over scores that the folder has from a run of the same thoroughness.
        parallel: deliveries under way at the same time.
        delivery_seconds: time that one delivery may take.
        earlier: scores of deliveries that are judged again instead of being made anew.
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
    before = _delivered(waiting, earlier, artefacts)
    waiting = [requirement for requirement in waiting if requirement.id not in before]
    deliveries: Iterable[Ended] = ()
    if waiting:
        deliveries = deliver_all(waiting, start(), parallel=parallel, limit_seconds=delivery_seconds)
    try:
        for ended in chain(before.values(), deliveries):
            place = f"{len(known) + 1}/{len(requirements)} {ended.requirement.id}"
            progress(f"{place}: {ended.outcome} after {ended.seconds:.0f} s")
            score = judged(ended, how, partial(_told, progress, place))
            kept.keep(score)
            known[score.id] = score
    except KeyboardInterrupt:
        if not known:
            raise
        progress(f"Interrupted: the report is about the {len(known)} that are judged; go on with --resume")
    scores: list[RequirementScore] = [known[r.id] for r in requirements if r.id in known]
    return Report(
        set=name,
        fuzz_seconds=how.fuzz_seconds,
        mutants=how.mutants,
        pages=how.pages,
        seed=how.seed,
        summary=summary_of(scores, time.monotonic() - began),
        requirements=tuple(scores),
    )


def _delivered(
    requirements: Sequence[EvaluatedRequirement], earlier: Sequence[RequirementScore], artefacts: Path
) -> dict[str, Ended]:
    scores = {score.id: score for score in earlier}
    known = [r for r in requirements if r.id in scores and scores[r.id].text_sha256 == text_digest(r)]
    found = {r.id: delivered_before(r, scores[r.id], artefacts) for r in known}
    return {identifier: ended for identifier, ended in found.items() if ended is not None}


def _told(progress: Callable[[str], Any], place: str, what: str) -> None:
    progress(f"{place}: {what}")
