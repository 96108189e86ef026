# The guard of one test process: reads what that process has started from standard input, and when the input ends
# (the process closed it, returned, panicked or was killed) ends what is left.
#
#   +group:PID   a process group to kill        -group:PID   ended already
#   +dir:PATH    a folder to remove             -dir:PATH    removed already
#
# It ignores the signals of the terminal: whoever is interrupted cleans up first, and the guard comes last.
trap '' HUP INT TERM
while IFS= read -r line; do
  case $line in
    +*) set -- "$@" "${line#+}" ;;
    -*)
      gone=${line#-}
      for entry; do
        shift
        [ "$entry" = "$gone" ] || set -- "$@" "$entry"
      done
      ;;
  esac
done
for entry; do
  case $entry in
    group:*) kill -s KILL -- "-${entry#group:}" 2>/dev/null ;;
  esac
done
for entry; do
  case $entry in
    dir:*)
      # A dying program may still write: try until the folder stays away.
      tries=0
      until rm -rf -- "${entry#dir:}" 2>/dev/null || [ "$tries" -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
      done
      ;;
  esac
done
exit 0
