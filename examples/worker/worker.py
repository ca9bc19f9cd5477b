#!/usr/bin/env python3
"""A worker: it takes the tasks of the tasker "words" from a store, one at a
time, and does them. It needs Python 3.9 and the florc command, nothing else.

A task is leased: while the worker does it, a heartbeat begins the lease anew.
If the worker dies, the lease ends and the task is somebody else's to take. What
is answered with a lease that has ended is refused."""

import argparse
import collections
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading

stopping = threading.Event()


class Refused(Exception):
    """florc did not do what it was asked."""


class Desk:
    """What a worker asks of a store, through the florc command."""

    def __init__(self, args):
        self.florc = args.florc
        self.store = args.store
        self.name = args.name
        self.lease = args.lease

    def call(self, act, *arguments):
        command = [self.florc, "tasks", act, "--store", self.store, "--as", self.name, *arguments]
        # In a session of its own: what stops the worker does not cut an answer short.
        done = subprocess.run(command, capture_output=True, text=True, start_new_session=True)
        if done.returncode != 0:
            raise Refused(done.stderr.strip())
        return done.stdout

    def claim(self, wait):
        found = self.call("claim", "--tasker", "words", "--lease-for", f"{self.lease}s", "--wait", f"{wait}s", "--json")
        return json.loads(found)

    def extend(self, task):
        self.call("extend", *self.held(task), "--lease-for", f"{self.lease}s")

    def complete(self, task, payload):
        # In a file, since a payload may be longer than an argument may be.
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
            json.dump(payload, file)
        try:
            self.call("complete", *self.held(task), "--payload", "@" + file.name)
        finally:
            os.remove(file.name)

    def fail(self, task, why):
        self.call("fail", *self.held(task), "--error", why)

    @staticmethod
    def held(task):
        return [task["exid"], task["id"], "--lease", str(task["lease"])]


class Heartbeat:
    """Keeps the lease of a task as long as it is worked on."""

    def __init__(self, desk, task):
        self.desk, self.task = desk, task
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.beat, daemon=True)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def beat(self):
        while not self.over.wait(self.desk.lease / 3):
            try:
                self.desk.extend(self.task)
            except Refused:
                return  # it was withdrawn, or the lease was lost: the answer will tell


def count(text):
    """The words of a text, and how often each is there."""
    if not isinstance(text, str):
        raise ValueError(f"{json.dumps(text)} is no text")
    return dict(collections.Counter(text.lower().split()))


def do(desk, task, pace):
    """Does a task and answers it; pace is for how many seconds, at least."""
    text = task["params"].get("text")
    print(f"{desk.name} counts {json.dumps(text)}", flush=True)
    try:
        with Heartbeat(desk, task):
            stopping.wait(pace)
            counted, why = None, None
            try:
                counted = count(text)
            except Exception as e:  # whatever it is, it is this task's failure, not the worker's
                why = str(e)
        if why is None:
            desk.complete(task, {**task["payload"], "count": counted})
        else:
            desk.fail(task, why)
    except Refused as e:
        print(f"{desk.name} was too late: {e}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description="Takes the tasks of the tasker words, and does them.")
    parser.add_argument("--store", default=os.environ.get("FLORC_STORE"), help="the folder of the store")
    parser.add_argument("--florc", default=os.environ.get("FLORC", "florc"), help="the florc command")
    parser.add_argument("--name", default=f"worker-{os.getpid()}", help="the worker's name, for all to see")
    parser.add_argument("--lease", type=int, default=60, help="for how many seconds a task is leased at a time")
    parser.add_argument("--pace", type=float, default=0, help="how many seconds a task takes, to watch it")
    args = parser.parse_args()
    if not args.store:
        parser.error("say where the store is, with --store or FLORC_STORE")
    for s in (signal.SIGINT, signal.SIGTERM):
        signal.signal(s, lambda *_: stopping.set())
    desk = Desk(args)
    while not stopping.is_set():
        try:
            tasks = desk.claim(wait=2)
        except Refused as e:
            sys.exit(f"{desk.name}: {e}")
        for task in tasks:
            do(desk, task, args.pace)


if __name__ == "__main__":
    main()
