"""Runs one command and tells its wall seconds, peak KiB and exit status: launch.py RECORD LIMIT COMMAND…

A process of its own, because a child's peak memory begins at that of who starts it.
"""
import os, signal, sys, time

record, limit, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
late = False


def stop(*_):
    global late
    late = True
    os.kill(child, signal.SIGKILL)


start = time.perf_counter()
child = os.posix_spawn(command[0], command, os.environ)
if limit:
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, limit)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - start
with open(record, "w") as file:
    print(seconds, usage.ru_maxrss, os.waitstatus_to_exitcode(status), int(late), file=file)
