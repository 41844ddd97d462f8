"""Every sensor of the platform."""

import dagster as dg

from sensors.aging_runs import aging_runs_sensor
from sensors.drifted_models import drifted_models_sensor
from sensors.expiring_signals import expiring_signals_sensor
from sensors.live_ticks import live_ticks_sensor
from sensors.missing_signals import missing_signals_sensor
from sensors.notifications import notifications_sensor
from sensors.orphaned_runs import orphaned_runs_sensor
from sensors.short_records import short_records_sensor
from sensors.stale_candles import stale_candles_sensor
from sensors.stale_champions import stale_champions_sensor
from sensors.stale_drift_metrics import stale_drift_metrics_sensor
from sensors.stale_models import stale_models_sensor
from sensors.unjudged_records import unjudged_records_sensor
from sensors.untested_models import untested_models_sensor
from traderai_assets.settings import Settings


def build_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """Build the sensors as the settings want them."""
    aging = [aging_runs_sensor(settings)] if settings.queue.aging_minutes else []
    live = [live_ticks_sensor(settings)] if settings.live.shard_markets else []
    telling = [notifications_sensor(settings)] if settings.notify.destinations else []
    return [
        *aging,
        *telling,
        *live,
        stale_candles_sensor(settings),
        stale_models_sensor(settings),
        untested_models_sensor(settings),
        stale_champions_sensor(settings),
        missing_signals_sensor(settings),
        expiring_signals_sensor(settings),
        stale_drift_metrics_sensor(settings),
        drifted_models_sensor(settings),
        short_records_sensor(settings),
        unjudged_records_sensor(settings),
        orphaned_runs_sensor(settings),
    ]
