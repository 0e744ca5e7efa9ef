#!/usr/bin/env bash
# Inside a private systemd: installs the real daemon, kills it, logs in, and removes it. Prints one `name=value` a line.
# usage: service-story.sh CODE      HOME holds the AWS files
set -euo pipefail
# A single file, without MFAD, is its own Node.
mfad() { "$NODE" ${MFAD:+"$MFAD"} "$@"; }
pid() { systemctl --user show --value --property=MainPID mfad.service; }
listing() { (cd "$HOME" && find . -path ./systemd.log -prune -o -print | LC_ALL=C sort | tr '\n' ' '); }

before=$(listing)
mfad install > "$RESULTS/install.txt" 2>&1
first=$(pid)
socket=$(stat -c %i "$XDG_RUNTIME_DIR/mfad/mfad.sock")
mfad install > "$RESULTS/install-again.txt" 2>&1
echo "kept=$([ "$(pid)" = "$first" ] && echo yes)"
mfad status --json > "$RESULTS/status.json"
echo "flags=$(tr '\0' ' ' < "/proc/$first/cmdline")"
kill -9 "$first"
for _ in $(seq 200); do [ "$(pid)" != 0 ] && [ "$(pid)" != "$first" ] && mfad status --json 2> /dev/null | grep -q startedAt && break; sleep 0.1; done
echo "restarted=$([ "$(pid)" != "$first" ] && [ "$(pid)" != 0 ] && echo yes)"
# A login while it stands still starts it.
systemctl --user stop mfad.service 2> /dev/null
mfad login dev "$1" > "$RESULTS/login.txt" 2>&1
echo "activated=$([ "$(pid)" != 0 ] && echo yes)"
now=$(pid)
# Its own socket survives it, and is no reason for a second one.
[ "$(stat -c %i "$XDG_RUNTIME_DIR/mfad/mfad.sock")" = "$socket" ] && echo socket=kept
echo "listen=$(tr '\0' '\n' < "/proc/$now/environ" | grep -c ^LISTEN_PID="$now")"
mfad restart > /dev/null
echo "state=$(mfad status --json | grep -o '"state": "[a-z]*"')"
# What keeps it from starting is said to who asks, and it is started again once that is mended.
mkdir -p "$HOME/.config/mfad"
printf '[mfad]\nduration = nonsense\n' > "$HOME/.config/mfad/config.ini"
systemctl --user stop mfad.service 2> /dev/null
for _ in 1 2 3; do curl -s --unix-socket "$XDG_RUNTIME_DIR/mfad/mfad.sock" http://mfad/v1/status >> "$RESULTS/refused.txt" || true; done
mfad login dev 123456 > "$RESULTS/broken.txt" 2>&1 || true
rm -r "$HOME/.config/mfad"
for _ in $(seq 200); do mfad status --json 2> /dev/null | grep -q startedAt && break; sleep 0.1; done
mfad status --json | grep -o '"state": "[a-z]*"' | sed s/^/mended=/
# In the background SIGHUP is no end.
before_hup=$(pid)
systemctl --user reload mfad.service
mfad status > /dev/null
echo "reloaded=$([ "$(pid)" = "$before_hup" ] && echo yes)"
# Without a terminal the sessions stay.
mfad uninstall > "$RESULTS/uninstall-keeping.txt" 2>&1
mfad install > /dev/null 2>&1
mfad uninstall --logout > "$RESULTS/uninstall.txt" 2>&1
mfad uninstall > "$RESULTS/uninstall-again.txt" 2>&1
echo "runtime=$(ls -A "$XDG_RUNTIME_DIR/mfad" 2> /dev/null)"
echo "active=$(systemctl --user is-active mfad.service || true)"
# systemd's own directories are not ours to count; neither is the empty one that it is given.
after=$(listing)
echo "trace=$(diff <(echo "$before" | tr ' ' '\n') <(echo "$after" | tr ' ' '\n') | tr '\n' ' ')"
