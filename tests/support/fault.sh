# Faults around a whole command, for scripts: `. tests/support/fault.sh` after setting
#   FAULT_LIBRARY   BUILD_DIR/tests/preload_fault.so
#   FAULT_FOLDER    absolute path, without links, of the folder whose changes count (give the command the same path)
#   FAULT_LOG       a file outside of that folder
#
#   count=$(fault_count COMMAND...)      runs it undisturbed, prints how many calls change files below FAULT_FOLDER
#   fault_run KIND N COMMAND...          runs it with the fault at call N (kinds: see preload_fault.c); its exit status is the command's,
#                                        137 after a kill
#   fault_reached                        did the last fault_run get as far as N?
# Standard output of the command is kept away from fault_count's answer.

fault_run()
{
    fault_kind=$1
    fault_at=$2
    shift 2
    : >"$FAULT_LOG"
    # Not exported: only the command meets the fault, not this shell. Sanitizers insist on being first unless told otherwise.
    LD_PRELOAD=$FAULT_LIBRARY ASAN_OPTIONS=verify_asan_link_order=0 QIAO_FAULT_KIND=$fault_kind QIAO_FAULT_AT=$fault_at \
        QIAO_FAULT_PATH=$FAULT_FOLDER QIAO_FAULT_LOG=$FAULT_LOG "$@"
}

fault_reached()
{
    grep -q 'fault=[^n]' "$FAULT_LOG"
}

fault_count()
{
    fault_run none 0 "$@" >&2 || return
    sed -n 's/.* count=\([0-9]*\) fault=none$/\1/p' "$FAULT_LOG" | sort -n | tail -n 1
}
