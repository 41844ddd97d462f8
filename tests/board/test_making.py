"""A page is made once for all who ask for it at once, and two at once at most."""

import asyncio
import threading
import time

import pytest

from traderai_assets.board.making import COST_FACTOR, MOST_AT_ONCE, Made, Maker


def test_who_asks_at_once_has_the_page_made_once_and_a_change_has_it_made_anew():
    async def asked():
        maker = Maker()

        def make():
            time.sleep(0.05)
            return "html", 200

        pages = await asyncio.gather(*(maker.page(("/",), "seen", make) for _ in range(50)))
        await asyncio.sleep(0.05 * COST_FACTOR + 0.1)
        await maker.page(("/",), "seen", make)
        before = maker.made
        await maker.page(("/",), "other", make)
        return {page.html for page in pages}, before, maker.made

    assert asyncio.run(asked()) == ({"html"}, 1, 2)


def test_a_page_is_good_for_a_while_and_a_costly_one_longer_than_what_it_shows():
    cheap, costly = Made("", 200, "seen", 100.0, 0.01), Made("", 200, "seen", 100.0, 3.0)
    assert cheap.is_good("seen", 104.9)
    assert not cheap.is_good("seen", 105.1)
    assert not cheap.is_good("other", 100.2)
    assert costly.is_good("other", 129.0)
    assert not costly.is_good("other", 131.0)


def test_no_more_than_two_are_made_at_once():
    at_work, most, alone = 0, 0, threading.Lock()

    def make():
        nonlocal at_work, most
        with alone:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.03)
        with alone:
            at_work -= 1
        return "html", 200

    async def asked():
        maker = Maker()
        await asyncio.gather(*(maker.page((str(number),), "", make) for number in range(8)))

    asyncio.run(asked())
    assert most == MOST_AT_ONCE


def test_an_error_is_everybodys_who_asked_and_is_not_kept():
    async def asked():
        maker = Maker()

        def fails():
            raise OSError("gone")

        for _ in range(2):
            with pytest.raises(OSError, match="gone"):
                await maker.page(("/",), "", fails)
        return (await maker.page(("/",), "", lambda: ("html", 200))).html

    assert asyncio.run(asked()) == "html"


def test_who_goes_away_does_not_take_the_page_from_the_others():
    async def asked():
        maker = Maker()

        def make():
            time.sleep(0.1)
            return "html", 200

        first = asyncio.create_task(maker.page(("/",), "", make))
        second = asyncio.create_task(maker.page(("/",), "", make))
        await asyncio.sleep(0.02)
        first.cancel()
        return (await second).html

    assert asyncio.run(asked()) == "html"
