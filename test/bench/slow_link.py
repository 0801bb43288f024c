#!/usr/bin/env python3
"""slow_link.py DELAY_MS COMMAND [ARGUMENT...]: runs a command at the near end of a slow link (root, Linux, iproute2).

The link joins two network namespaces by a pair of TUN devices. Every packet that goes into one comes out of the other
DELAY_MS later, so that TCP itself sees the distance: its handshake, its acknowledgements, Nagle's algorithm. (A proxy
would acknowledge at once, and hide what small packets cost.)

The command runs at 10.77.0.1. The far end has 10.77.0.2, 10.77.0.3 and 10.77.0.4, and FAR_END in the command's
environment is a process in it:  nsenter -t $FAR_END -n COMMAND

All of this is in a process namespace of its own: what the command started, at either end, ends with the command.
"""
import fcntl
import os
import queue
import struct
import subprocess
import sys
import threading
import time

NEAR = '10.77.0.1'
FAR = ('10.77.0.2', '10.77.0.3', '10.77.0.4')
# linux/if_tun.h
TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_PACKET_INFORMATION = 0x1001
LARGEST_PACKET = 65536


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    if os.getpid() != 1:
        own = ['unshare', '--net', '--pid', '--fork', '--mount-proc', '--kill-child']
        os.execvp(own[0], [*own, sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
    delay = float(sys.argv[1]) / 1000
    far_end = other_namespace()
    near, far = tun('near'), tun('far')
    ip('link set far netns', far_end.pid)
    connect('', 'near', [NEAR], FAR)
    connect(f'nsenter -t {far_end.pid} -n', 'far', FAR, [NEAR])
    one_way(near, far, delay)
    one_way(far, near, delay)
    sys.exit(subprocess.call(sys.argv[2:], env={**os.environ, 'FAR_END': str(far_end.pid)}))


def other_namespace():
    """A process that does nothing, in a network namespace of its own; it has said so once that is there."""
    process = subprocess.Popen(
        ['unshare', '--net', 'sh', '-c', 'echo; exec cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    process.stdout.readline()
    return process


def tun(name):
    """Makes a TUN device; its file goes on working when the device moves to another namespace."""
    device = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack('16sH22x', name.encode(), IFF_TUN_WITHOUT_PACKET_INFORMATION))
    return device


def ip(*words, enter=''):
    subprocess.check_call(f'{enter} ip {" ".join(str(word) for word in words)}'.split())


def connect(enter, device, addresses, others):
    ip('link set lo up', enter=enter)
    for address in addresses:
        ip('address add', f'{address}/32 dev', device, enter=enter)
    ip('link set', device, 'up', enter=enter)
    for other in others:
        ip('route add', f'{other}/32 dev', device, 'src', addresses[0], enter=enter)


def one_way(source, target, delay):
    """Carries packets from one device to the other, in order, each after the delay."""
    under_way = queue.SimpleQueue()

    def take():
        while True:
            packet = os.read(source, LARGEST_PACKET)
            under_way.put((time.monotonic() + delay, packet))

    def give():
        while True:
            due, packet = under_way.get()
            time.sleep(max(0, due - time.monotonic()))
            try:
                os.write(target, packet)
            except OSError:
                pass  # The device is not up yet, or gone: the packet is lost, as on any link.

    for work in (take, give):
        threading.Thread(target=work, daemon=True).start()


main()
