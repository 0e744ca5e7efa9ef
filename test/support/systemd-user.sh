#!/bin/sh
# Runs COMMAND beside a `systemd --user` of its own, in a private mount and PID namespace: nothing of this
# machine's own systemd is seen or touched, and every process inside ends with COMMAND, whose status is returned.
# usage: systemd-user.sh HOME COMMAND [ARG ...]     needs root, unshare (util-linux) and systemd
set -eu

if [ "${INSIDE_SYSTEMD_USER:-}" != yes ]; then
  HOME=$(mkdir -p "$1/.config" && cd "$1" && pwd -P)
  # A control group of our own, where the machine has such a hierarchy and lets us.
  group=
  for root in /sys/fs/cgroup/systemd /sys/fs/cgroup; do
    [ -e "$root/cgroup.procs" ] && mkdir "$root/mfad-test-$$" 2>/dev/null && group=$root/mfad-test-$$ && break
  done
  export HOME INSIDE_SYSTEMD_USER=yes CONTROL_GROUP="$group"
  status=0
  unshare --mount --pid --fork --kill-child --mount-proc "$0" "$@" || status=$?
  [ -z "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
  exit "$status"
fi

shift
[ -z "$CONTROL_GROUP" ] || echo $$ >"$CONTROL_GROUP/cgroup.procs" || true
mount -t tmpfs tmpfs /run
# systemd looks for the first; the second is where its own sockets go.
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
export XDG_RUNTIME_DIR=/run/user/0 XDG_CONFIG_HOME="$HOME/.config"
unset INSIDE_SYSTEMD_USER CONTROL_GROUP DBUS_SESSION_BUS_ADDRESS NOTIFY_SOCKET LISTEN_FDS LISTEN_PID

systemd=$(PATH=/usr/lib/systemd:/lib/systemd command -v systemd)
"$systemd" --user --log-target=console </dev/null >"$HOME/systemd.log" 2>&1 &
manager=$!
tries=0
until systemctl --user is-system-running 2>/dev/null | grep -Eq 'running|degraded'; do
  tries=$((tries + 1))
  if [ "$tries" -gt 200 ] || ! kill -0 "$manager" 2>/dev/null; then
    echo "systemd --user did not come up:" >&2
    tail -n 20 "$HOME/systemd.log" >&2
    exit 125
  fi
  sleep 0.1
done

status=0
"$@" || status=$?
systemctl --user exit 2>/dev/null || kill "$manager" 2>/dev/null || true
wait "$manager" 2>/dev/null || true
exit "$status"
