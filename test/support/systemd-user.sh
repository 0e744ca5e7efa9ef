#!/bin/sh
# Runs COMMAND beside a `systemd --user` of its own, in a private mount and PID namespace: nothing of this
# machine's own systemd is seen or touched, and every process inside ends with COMMAND, whose status is returned.
# usage: systemd-user.sh HOME COMMAND [ARG ...]     needs root, unshare (util-linux) and systemd
# With AS_USER=1234 in the environment, it is the session of that ordinary user: systemd lets one limit less than root.
set -eu
user=${AS_USER:-0}

if [ -z "${INSIDE_SYSTEMD_USER:-}" ]; then
  HOME=$(mkdir -p "$1/.config" && cd "$1" && pwd -P)
  # A control group of our own, where the machine has such a hierarchy and lets us.
  groups=
  for root in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
    [ -e "$root/cgroup.procs" ] && mkdir "$root/mfad-test-$$" 2>/dev/null || continue
    groups="$groups $root/mfad-test-$$"
    [ "$user" = 0 ] && break
    chown -R "$user:$user" "$root/mfad-test-$$"
  done
  [ "$user" = 0 ] || chown -R "$user:$user" "$HOME"
  export HOME INSIDE_SYSTEMD_USER=yes CONTROL_GROUPS="$groups"
  status=0
  unshare --mount --pid --fork --kill-child --mount-proc "$0" "$@" || status=$?
  for group in $groups; do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true; done
  exit "$status"
fi

shift
if [ "$INSIDE_SYSTEMD_USER" = yes ]; then
  for group in $CONTROL_GROUPS; do echo $$ >"$group/cgroup.procs" || true; done
  mount -t tmpfs tmpfs /run
  # systemd looks for the first; the second is where its own sockets go.
  mkdir -p /run/systemd/system "/run/user/$user"
  chown "$user:$user" "/run/user/$user"
  chmod 700 "/run/user/$user"
  export XDG_RUNTIME_DIR="/run/user/$user" XDG_CONFIG_HOME="$HOME/.config"
  unset CONTROL_GROUPS DBUS_SESSION_BUS_ADDRESS NOTIFY_SOCKET LISTEN_FDS LISTEN_PID
  [ "$user" = 0 ] ||
    INSIDE_SYSTEMD_USER=as-user exec setpriv --reuid "$user" --regid "$user" --clear-groups --inh-caps=-all "$0" "$HOME" "$@"
fi
unset INSIDE_SYSTEMD_USER

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
