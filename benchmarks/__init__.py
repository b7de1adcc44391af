"""Side-by-side timings: our functions and other libraries, in one process, taking turns.

    python -m benchmarks --help
    python -m benchmarks.threads --help

| file | what |
|---|---|
| tasks.py | what is timed: every ufunc, the losses of a training loop, and the arrays they run on |
| peers.py, loss_peers.py | how other libraries do the same |
| bench.py | every task in every setting, at every dtype and size, ours beside the peers and the memory copy |
| threads.py | what threads gain and cost: by size, with pauses, beside a busy processor, and while idle |
| timing.py | rounds in which the contenders take turns |
| report.py | the table, the JSON and the pictures |
"""
