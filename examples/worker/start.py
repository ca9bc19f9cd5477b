#!/usr/bin/env python3
"""Starts the engine and two workers, launches the flow for some texts, prints
what comes of it, and stops them all."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
TEXTS = ["to be or not to be", "a rose is a rose is a rose", 42]


def build(folder):
    """The florc command: that of FLORC, or one that is built."""
    if os.environ.get("FLORC"):
        return os.environ["FLORC"]
    florc = str(pathlib.Path(folder) / "florc")
    subprocess.run(["go", "build", "-o", florc, "./cmd/florc"], cwd=HERE.parent.parent, check=True)
    return florc


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pace", default="0", help="how many seconds a task takes, to watch it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        florc, store = build(folder), str(pathlib.Path(folder) / "store")
        engine = subprocess.Popen([florc, "work", "--store", store], stdout=subprocess.PIPE, text=True)
        started = [engine]
        try:
            if "working" not in engine.stdout.readline():
                sys.exit("the engine did not start")
            threading.Thread(target=engine.stdout.read, daemon=True).start()  # so that it can go on printing
            for name in ("Ada", "Bob"):
                started.append(subprocess.Popen([sys.executable, str(HERE / "worker.py"), "--florc", florc, "--store", store,
                                                 "--name", name, "--pace", args.pace]))
            done = subprocess.run([florc, "launch", "--wait", "--store", store, "--payload", json.dumps({"texts": TEXTS}),
                                   str(HERE / "flows" / "words.flo")], stdout=subprocess.PIPE, text=True, check=True)
            for counts in json.loads(done.stdout)["counts"]:
                print(json.dumps(counts), flush=True)
        finally:
            for process in reversed(started):  # the workers before the engine
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
