"""The worker of each agent, made when it is needed: their engines take time to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.settings import Settings

if TYPE_CHECKING:
    from streams.core.worker import Worker


def worker_of(service: str, config: Settings) -> Worker:
    """The worker that does the work of a service.

    Raises:
        KeyError: the service does no work.
        SetupError: the settings ask for a language model that cannot be had.
    """
    match service:
        case "business-analyzer":
            return _analysis_worker(config)
        case "backend-developer":
            from streams.agents.backend_developer.worker import BackendWorker

            return BackendWorker()
        case "frontend-developer":
            from streams.agents.frontend_developer.worker import FrontendWorker

            return FrontendWorker()
        case "testing-engineer":
            from streams.agents.testing_engineer.worker import TestingWorker

            return TestingWorker()
        case "deployment":
            from streams.agents.deployment.worker import DeploymentWorker

            return DeploymentWorker(config.home / "artefacts")
    from streams.agents.registry import ADDED

    return ADDED[service].worker(config)


def _analysis_worker(config: Settings) -> Worker:
    engine = config.engine_business_analyzer
    if engine == "deterministic":
        from streams.agents.business_analyzer.worker import AnalysisWorker

        return AnalysisWorker()
    from streams.agents.business_analyzer.model_worker import model_analysis

    return model_analysis(engine, config)
