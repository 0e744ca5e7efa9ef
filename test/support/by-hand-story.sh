#!/usr/bin/env bash
# Inside a private systemd: a daemon that was started by hand meets the service. Prints one `name=value` a line; what the
# commands said is in $RESULTS, their exit status after it.
set -uo pipefail
mfad() { "$NODE" "$MFAD" "$@"; }
said() { local name=$1; shift; mfad "$@" > "$RESULTS/$name.txt" 2>&1; echo "exit $?" >> "$RESULTS/$name.txt"; }
daemon() { mfad status --json 2> /dev/null | sed -n 's/.*"pid": \([0-9]*\).*/\1/p'; }
main() { systemctl --user show --value --property=MainPID mfad.service; }

said detach daemon --detach
hand=$(daemon)
echo "hand=$hand"
said install-refused install
echo "installed=$([ -e "$HOME/.config/systemd/user/mfad.service" ] && echo yes || echo no)"
export AWS_ENDPOINT_URL=http://me:hunter2@localhost:4566
said install-replacing install --replace
unset AWS_ENDPOINT_URL
echo "ended=$([ -d "/proc/$hand" ] && echo no || echo yes)"
echo "service=$([ "$(daemon)" = "$(main)" ] && echo yes)"
said restart-own restart
echo "restarted=$([ "$(daemon)" = "$(main)" ] && echo yes)"

# Variables of the whole session do not reach it, and cost no second process.
systemctl --user set-environment NODE_OPTIONS=--inspect=127.0.0.1:0 NODE_DEBUG=http CHOKIDAR_USEPOLLING=1 AWS_SECRET_ACCESS_KEY=other
said restart-hostile restart
pid=$(daemon)
echo "same=$([ "$pid" = "$(main)" ] && echo yes)"
echo "clean=$(tr '\0' '\n' < "/proc/$pid/environ" | grep -cE '^(NODE_|CHOKIDAR_|AWS_SECRET)')"
systemctl --user unset-environment NODE_OPTIONS NODE_DEBUG CHOKIDAR_USEPOLLING AWS_SECRET_ACCESS_KEY

# A daemon that is started by hand while the service stands still.
systemctl --user stop mfad.service mfad.socket
mfad daemon --detach > /dev/null
hand=$(daemon)
echo "second=$hand"
for again in 1 2; do
  said "restart-refused-$again" restart
  said "install-refused-$again" install
done
echo "left=$([ "$(daemon)" = "$hand" ] && echo yes)"
said restart-replacing restart --replace
echo "own=$([ "$(daemon)" = "$(main)" ] && echo yes)"
mfad uninstall > /dev/null
said restart-none restart --replace

# The guided start installs the service, and tells of AWS only what its daemon has found.
mkdir -m 700 "$HOME/.aws"
printf '[dev]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n' > "$HOME/.aws/credentials"
export AWS_ENDPOINT_URL=http://127.0.0.1:1
said setup-service setup dev --service --code 123456
echo "setup=$([ "$(daemon)" = "$(main)" ] && echo yes)"
said setup-again setup dev --code 123456
mfad uninstall > /dev/null
