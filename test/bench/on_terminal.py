#!/usr/bin/env python3
"""on_terminal.py COMMAND [ARGUMENT...]: runs a command on a terminal of its own, 120 by 40, and watches it draw.

Prints JSON: its exit code; wall and cpu (with what its children took) in seconds; peak_mb, its largest resident size;
and of the frames that it drew (each begins a synchronised update): how many, when the first came, the longest wait
from one to the next, and what came after the last one, in seconds. screen is the end of what it wrote.
"""
import fcntl
import json
import os
import pty
import struct
import sys
import termios
import time

FRAME = b'\x1b[?2026h'
KEPT = 4000


def main():
    began = time.monotonic()
    # It is the command's controlling terminal: should this program end first, the command is hung up on.
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 120, 0, 0))
        os.execvp(sys.argv[1], sys.argv[1:])
    frames, screen = watch(terminal)
    _, status, used = os.wait4(child, 0)
    ended = time.monotonic()
    waits = [after - before for before, after in zip(frames, frames[1:])]
    print(json.dumps({
        'code': os.waitstatus_to_exitcode(status),
        'wall': ended - began,
        'cpu': used.ru_utime + used.ru_stime,
        'peak_mb': used.ru_maxrss / 1024,
        'frames': len(frames),
        'first': frames[0] - began if frames else None,
        'longest': max(waits, default=None),
        'after': ended - frames[-1] if frames else None,
        'screen': screen.decode('utf-8', 'replace'),
    }))


def watch(terminal):
    """When each frame came, and the end of what was written."""
    frames, screen = [], b''
    while True:
        try:
            read = os.read(terminal, 65536)
        except OSError:  # EIO: nobody has the other side any more.
            return frames, screen
        if not read:
            return frames, screen
        now = time.monotonic()
        # The beginning of a frame may be cut in two.
        seen = (screen[1 - len(FRAME):] + read).count(FRAME)
        frames += [now] * seen
        screen = (screen + read)[-KEPT:]


main()
