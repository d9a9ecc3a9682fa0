#!/usr/bin/env bash
# Holds the deploy lock of this host until its standard input ends. It says "held", or why not.
# usage: deploy_lock.sh LOCK SWITCH_LOCK WHO; exit code 75: another has it
# A holder sends a line now and then. One that is silent for too long loses the lock, with its SSH
# connection, as soon as another asks for it: it may wake up, and must then change nothing more.
set -euo pipefail
lock=$1 switch_lock=$2 who=$3
asked=$lock.asked  # who waits for the lock makes this file
silence_limit=60   # seconds
patience=5         # seconds; what an ended connection held is free after one

refuse() { # file: names who holds this lock
    head --lines 1 "$1"
    exit 75
}

take() {
    exec 9<>"$lock"
    flock --nonblock 9 && return
    touch "$asked"
    local code=0
    flock --wait "$patience" 9 || code=$?
    rm --force "$asked"
    [ "$code" -eq 0 ] || refuse "$lock"
}

wait_for_switch() { # one may go on that nobody looks at; the watchdog is waited for by what follows
    [ ! -e "$switch_lock" ] && return
    flock --shared --wait "$patience" "$switch_lock" true && return
    grep --quiet "^the watchdog" "$switch_lock" || refuse "$switch_lock"
}

connection() { # the sshd process that this program came by; nothing if it came another way
    local pid=$PPID
    while [ "$pid" -gt 1 ]; do
        if grep --quiet ^sshd "/proc/$pid/comm"; then
            echo "$pid"
            return
        fi
        pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
    done
}

is_busy() { # process: whether another command than this one runs on its connection
    local commands
    read -r -a commands <"/proc/$1/task/$1/children"
    [ "${#commands[@]}" -gt 1 ]
}

end() { # process: ends the connection; once nothing more can come by it, so does this program
    kill "$1"
    while [ -e "/proc/$1" ]; do sleep 0.1; done
    exit
}

hold() { # returns when the lock is to be given back
    local sshd silent=0 code
    sshd=$(connection)
    while true; do
        code=0
        read -r -t 1 || code=$?
        case $code in
            0) silent=0 ;;
            1) return ;; # the connection has ended
            *) silent=$((silent + 1)) ;;
        esac
        if [ "$silent" -gt "$silence_limit" ] && [ -e "$asked" ]; then
            [ -n "$sshd" ] || return
            is_busy "$sshd" || end "$sshd"
        fi
    done
}

take
echo "$who, since $(date)" >"$lock"
wait_for_switch
echo held
hold
