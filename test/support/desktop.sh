#!/bin/sh
# Runs COMMAND on a desktop of its own: an X server without a screen, a D-Bus session, and a notification daemon.
# usage: desktop.sh DIRECTORY COMMAND [ARG ...]
# needs: apt-get install xvfb dunst dbus-x11 libnotify-bin imagemagick xdotool zenity
# DIRECTORY gets the logs. dunst hides buttons in a menu, for which it runs a program that picks a line: here, the first
# that holds what stands in DIRECTORY/choice. DIRECTORY/menu gets the lines that there were.
# Everything ends with COMMAND, whose status is returned; 125 means that no desktop came up.
set -eu

if [ "${INSIDE_DESKTOP:-}" != yes ]; then
  directory=$(mkdir -p "$1" && cd "$1" && pwd -P)
  shift
  unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
  export INSIDE_DESKTOP=yes DESKTOP_DIRECTORY="$directory"
  # The bus grumbles about limits, and about every service that is asked for and not there.
  exec dbus-run-session -- "$0" "$@" 9>&2 2>"$directory/bus.log"
fi
unset INSIDE_DESKTOP
exec 2>&9 9>&-

give_up() {
  echo "no desktop: $1" >&2
  tail -n 5 "$DESKTOP_DIRECTORY"/*.log >&2
  exit 125
}

# until_true WHAT COMMAND ...: within 10 s
until_true() {
  what=$1
  shift
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || give_up "$what"
    sleep 0.05
  done
}

x_server= notification_daemon=
trap 'kill $notification_daemon $x_server 2>/dev/null || true; wait' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

Xvfb -displayfd 3 -screen 0 1000x600x24 -nolisten tcp \
  3>"$DESKTOP_DIRECTORY/display" >"$DESKTOP_DIRECTORY/xvfb.log" 2>&1 &
x_server=$!
until_true 'the X server has chosen no display' test -s "$DESKTOP_DIRECTORY/display"
DISPLAY=":$(cat "$DESKTOP_DIRECTORY/display")"
export DISPLAY
until_true 'the X server does not answer' xdotool getdisplaygeometry

cat >"$DESKTOP_DIRECTORY/choose" <<'END'
#!/bin/sh
tee "${0%/*}/menu" | grep -m 1 -F -f "${0%/*}/choice"
END
chmod +x "$DESKTOP_DIRECTORY/choose"
cat >"$DESKTOP_DIRECTORY/dunstrc" <<END
[global]
    width = 440
    offset = 10x10
    font = Sans 10
    format = "<b>%s</b>\n%b"
    markup = full
    show_indicators = yes
    dmenu = $DESKTOP_DIRECTORY/choose
    mouse_middle_click = do_action, close_current
END
dunst -config "$DESKTOP_DIRECTORY/dunstrc" >"$DESKTOP_DIRECTORY/dunst.log" 2>&1 &
notification_daemon=$!
# A call to the service itself would have D-Bus start a second one.
has_notification_daemon() {
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.Notifications | grep -q 'boolean true'
}
until_true 'the notification daemon is not on the bus' has_notification_daemon

status=0
"$@" || status=$?
exit "$status"
