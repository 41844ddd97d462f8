"""A plane: the ground, the axes and the words of a picture whose both axes are numbers."""

from dataclasses import dataclass

from traderai_assets.domain.numbers import shown
from traderai_assets.domain.pictures.scale import Scale, round_ticks
from traderai_assets.domain.pictures.svg import element, label, picture

WIDTH, HEIGHT = 720, 280
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 30, 40


@dataclass(frozen=True)
class Plane:
    """Where values stand on a picture of 720 x 280.

    Attributes
    ----------
    across, upwards : Scale
    """

    across: Scale
    upwards: Scale

    @classmethod
    def of(cls, x: tuple[float, float], y: tuple[float, float]) -> "Plane":
        """Return the plane that shows these bounds, each rising."""
        return cls(Scale(*x, LEFT, WIDTH - RIGHT), Scale(*y, HEIGHT - BOTTOM, TOP))

    def drawn(self, inside: list[str], *, title: str, x_name: str = "", y_name: str = "") -> str:
        """Return the picture: ground, grid, what is given, and the names of both axes."""
        ground = element("rect", {"width": WIDTH, "height": HEIGHT, "fill": "#fff"})
        words = [
            label(LEFT, 16, title, "start", bold=True),
            label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x_name, "middle"),
            label(WIDTH - RIGHT, 16, y_name, "end"),
        ]
        return picture(WIDTH, HEIGHT, [ground, *self._grid(), *inside, *words], title=title)

    def _grid(self) -> list[str]:
        made = []
        for value in round_ticks(self.upwards.low, self.upwards.high):
            y = float(self.upwards.at(value))
            line = {"x1": LEFT, "x2": WIDTH - RIGHT, "y1": y, "y2": y}
            made.append(element("line", {**line, "stroke": "#999" if value == 0 else "#e5e5e5"}))
            made.append(label(LEFT - 6, y + 4, shown(value, 4), "end"))
        for value in round_ticks(self.across.low, self.across.high, 8):
            x = float(self.across.at(value))
            made.append(label(x, HEIGHT - BOTTOM + 15, shown(value, 4), "middle"))
        return made
