#!/usr/bin/env bash
# Inside the private systemd of an ordinary user: the service and what it limits. Prints one `name=value` a line.
# usage: ordinary-user-story.sh CODE      HOME holds the AWS files
set -euo pipefail
mfad() { "$NODE" "$MFAD" "$@"; }
show() { systemctl --user show --value --property="$1" mfad.service; }
mfad install > /dev/null 2>&1
echo "uid=$(stat -c %u "/proc/$(show MainPID)")"
echo "exposure=$(systemd-analyze --user security mfad.service --no-pager | sed -n 's/.*level for mfad.service: \([0-9.]*\).*/\1/p')"
for limit in NoNewPrivs Seccomp; do echo "$limit=$(sed -n "s/^$limit:[[:space:]]*//p" "/proc/$(show MainPID)/status")"; done
echo "memory=$(show MemoryMax) $(show MemorySwapMax)"
# The code comes from a helper command, which is limited alike, and found where this shell finds it.
mkdir -p "$HOME/bin"
printf '#!/bin/sh\ngrep ^NoNewPrivs: /proc/self/status > %s/helper.txt\necho %s\n' "$HOME" "$1" > "$HOME/bin/my-code"
chmod 700 "$HOME/bin/my-code"
printf 'mfa_process = my-code\n' >> "$HOME/.aws/credentials"
PATH=$HOME/bin:$PATH mfad install > /dev/null 2>&1
mfad login dev > "$HOME/login.txt" 2>&1 || true
echo "login=$(grep -c 'dev-mfa' "$HOME/login.txt" || cat "$HOME/login.txt")"
echo "helper=$(tr '\t' ' ' < "$HOME/helper.txt")"
# Who needs a setuid program as a helper says so; these lines are those of docs/security.md.
mkdir -p "$HOME/.config/systemd/user/mfad.service.d"
cp "$DROP_IN" "$HOME/.config/systemd/user/mfad.service.d/helpers.conf"
systemctl --user daemon-reload
mfad restart > /dev/null
echo "loosened=$(sed -n 's/^NoNewPrivs:[[:space:]]*//p' "/proc/$(show MainPID)/status")"
