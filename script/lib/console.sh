# shellcheck shell=bash
# Progress lines with times, shared by the scripts of this folder. Sourced, never run.

# Milliseconds since the epoch, without starting a process.
now_ms() {
  local now=${EPOCHREALTIME/[.,]/}
  echo $((now / 1000))
}

script_started=${GEOPF_STARTED_AT:-$(now_ms)}

# say <text>: one progress line, prefixed by the seconds elapsed since the script started.
say() {
  local elapsed=$(($(now_ms) - script_started))
  printf '[%4d.%01d s] %s\n' $((elapsed / 1000)) $((elapsed % 1000 / 100)) "$*"
}

# die <text>: the reason why the script stops.
die() {
  printf '\nErreur : %s\n' "$*" >&2
  exit 1
}

# quietly <title> <command…>: runs a long command, shows its output only when it fails.
quietly() {
  local title=$1 log status=0
  shift
  say "$title"
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status)); then
    tail -n 60 "$log" >&2
    rm -f "$log"
    die "« $title » a échoué (code $status), voir ci-dessus."
  fi
  rm -f "$log"
}

# digest <path…>: one hash of the names and contents of files (folders are walked).
digest() {
  find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -c 1-32
}
