"""How a peer answers step.bench.ts: says what it is, then measures once for every line that it reads."""
import json
import statistics
import sys
import time


def median_ms(step, steps, warm_up):
    """The median time of a step in milliseconds; the first `warm_up` do not count."""
    times = []
    for i in range(warm_up + steps):
        begin = time.perf_counter()
        step()
        if i >= warm_up:
            times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def serve(version, modes):
    """`modes`: for each name a function that measures it; a line is a list of such names."""
    say({"version": version, "modes": list(modes)})
    for line in sys.stdin:
        say({"ms": {name: modes[name]() for name in json.loads(line)}})


def say(what):
    print(json.dumps(what), flush=True)
