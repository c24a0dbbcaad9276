"""Becomes another program, run by path in a bare interpreter: `launch.py UID GID PARENT SIGNAL PROGRAM ARG…`.

Between fork and exec a threaded parent may do next to nothing safely, so what must happen there happens here instead:
drop root (UID and GID, -1 to stay), ask the kernel for SIGNAL when the parent's thread is gone (0: do not ask), exec.
The process id stays the one the parent knows.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Do as the module says; never returns."""
    uid, gid, parent, signal_number = (int(word) for word in sys.argv[1:5])
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if signal_number and sys.platform == "linux":
        # After setuid, which would clear it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(1)
    os.umask(0o077)
    os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606  (no shell is the point)


if __name__ == "__main__":
    main()
