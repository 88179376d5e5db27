#!/bin/sh
# On a test node in place of reboot, poweroff, halt, shutdown, telinit and systemctl: ends the node's pid 1, and with it
# all that runs there, as a loss of power does. Nothing here can reach the machine below.
word=${0##*/}
case $word in
    systemctl)
        for verb in "$@"; do
            case $verb in
                reboot | poweroff | halt | kexec | emergency | rescue | soft-reboot | isolate | default | exit) word=$verb ;;
            esac
        done
        if [ "$word" = systemctl ]; then
            echo "systemctl: there is no systemd on this node" >&2
            exit 1
        fi
        ;;
esac
for option in "$@"; do
    case $option in
        --help | --version | -c | --wtmp-only | -w)
            echo "$word: a test node's own: ends the node"
            exit 0
            ;;
    esac
done
# Pid 1 of a namespace of our own, or there is nothing to end.
if [ "$(cat /proc/1/comm 2>/dev/null)" != perl ]; then
    echo "$word: this is no test node" >&2
    exit 1
fi
kill -s PWR 1
