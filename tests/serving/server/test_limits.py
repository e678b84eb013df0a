"""How much requests may take at once."""

import asyncio
import threading

import pytest

from tuner.serving.server.limits import RequestThread
from tuner.serving.server.rejection import RejectedRequest


def test_a_lane_takes_no_more_requests_than_may_wait_but_goes_on_with_those_that_it_has():
    async def run():
        thread, release = RequestThread(most_waiting=2), threading.Event()
        begun = [asyncio.create_task(thread.begin(release.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(RejectedRequest) as error:
            await thread.begin(release.wait)
        assert (error.value.status, error.value.headers) == (503, {"Retry-After": "1"})
        more = asyncio.create_task(thread.go_on(lambda: "more"))
        release.set()
        assert [*await asyncio.gather(*begun), await more] == [True, True, "more"]
        assert await thread.begin(lambda: "again") == "again"
        thread.close()

    asyncio.run(run())
