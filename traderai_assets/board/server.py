"""The board's process: its pages on this home, behind the guard."""

import asyncio
import os
from socket import socket
from types import FrameType

import uvicorn

from traderai_assets.board.app import Board
from traderai_assets.board.rules import board_policy
from traderai_assets.board.sources import sources_of
from traderai_assets.settings import Settings, load_settings
from traderai_assets.web.guard import App, Guard
from traderai_assets.web.server import UVICORN


def guarded_board(board: Board, port: int, settings: Settings) -> App:
    """Return the board's application as it is answered on `port`."""
    return Guard(board.app(), board_policy(port, settings.web))


def serve(host: str, port: int, *, web_port: int, web_url: str = "") -> None:
    """Serve the board of the home in the settings until interrupted.

    Raises
    ------
    InvalidSettings
        If the settings cannot be used.
    """
    os.umask(0o077)
    settings = load_settings()
    board = Board(sources_of(settings), web_port=web_port, web_url=web_url)
    config = uvicorn.Config(
        guarded_board(board, port, settings),
        host=host,
        port=port,
        timeout_graceful_shutdown=5,
        **UVICORN,  # type: ignore[arg-type]
    )
    BoardServer(config, board).run()


class BoardServer(uvicorn.Server):
    """A server that lets those who listen go when it is told to end: it would wait for them."""

    def __init__(self, config: uvicorn.Config, board: Board) -> None:
        super().__init__(config)
        self._board = board
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to serve."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End as told by a signal."""
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._board.watcher.close)
