"""The web server's process: Dagster's web UI on this instance, behind the guard."""

import os
from pathlib import Path

from traderai_assets.settings import Settings, load_settings

# As Dagster's own command has them
STATEMENT_TIMEOUT_MS = 15_000
POOL_RECYCLE_SECONDS = 3_600
POOL_MAX_OVERFLOW = 20
POLL_MS = 2_000
UVICORN = {
    "log_level": "warning",
    "access_log": False,  # Paths and queries are strangers' text
    "http": "h11",  # Refuses what is ambiguous, such as two Host headers
    "proxy_headers": False,  # Host and Origin are believed, X-Forwarded-* is not
    "server_header": False,
}


def guarded_app(context: object, port: int, settings: Settings) -> object:
    """Return Dagster's application over a workspace, as it is answered on `port`.

    Parameters
    ----------
    context : dagster's WorkspaceProcessContext
        Instance and code locations; `read_only` there and in the settings are one.
    """
    from dagster_webserver.app import create_app_from_workspace_process_context

    from traderai_assets.web.dagster_rules import dagster_policy
    from traderai_assets.web.guard import Guard

    app = create_app_from_workspace_process_context(context, "", POLL_MS)  # type: ignore[arg-type]
    policy = dagster_policy(port, settings.web)
    return Guard(app, policy, read_only=settings.web.read_only)


def serve(host: str, port: int, workspace: Path) -> None:
    """Serve the web UI of the instance in DAGSTER_HOME until interrupted.

    Raises
    ------
    InvalidSettings
        If the settings cannot be used.
    """
    import uvicorn
    from dagster import DagsterInstance
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster_webserver.version import __version__

    from traderai_assets.web.daemon_watch import DaemonWatch

    os.umask(0o077)
    settings = load_settings()
    with DagsterInstance.get() as instance:
        instance.optimize_for_webserver(
            STATEMENT_TIMEOUT_MS, POOL_RECYCLE_SECONDS, POOL_MAX_OVERFLOW
        )
        with WorkspaceProcessContext(
            instance,
            version=__version__,
            read_only=settings.web.read_only,
            workspace_load_target=WorkspaceFileTarget([str(workspace)]),
        ) as context:
            app = guarded_app(context, port, settings)
            if settings.notify.destinations:
                DaemonWatch(instance, settings).start()
            uvicorn.run(app, host=host, port=port, **UVICORN)  # type: ignore[arg-type]
