"""Stands for a process that `warm_processes` forks: passes it all it has, and ends as it ends.

Started with the path of a socket, a module and arguments. It imports little, so that it starts at
once, and what a child process needs to know of its parent, the child reads of this process.
"""

import array
import json
import os
import signal
import socket
import sys

path, *argv = sys.argv[1:]
passed_on = signal.SIGINT, signal.SIGTERM
signal.pthread_sigmask(signal.SIG_BLOCK, passed_on)  # until it is known to whom
umask = os.umask(0)
os.umask(umask)
place = {"argv": argv, "cwd": os.getcwd(), "env": dict(os.environ), "pid": os.getpid()}
message = json.dumps({**place, "umask": umask}).encode()
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
    server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * len(message) + 4096)
    server.connect(path)
    streams = array.array("i", [0, 1, 2])
    server.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
    null = os.open(os.devnull, os.O_RDWR)
    for stream in streams:  # so that a pipe ends when the other process closes it
        os.dup2(null, stream)
    process = int(server.recv(16))
    for number in passed_on:
        signal.signal(number, lambda number, frame: os.kill(process, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, passed_on)
    code = int(server.recv(16) or b"1")
if code < 0:
    if -code != signal.SIGKILL:
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
