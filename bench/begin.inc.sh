# What measurements begin with, once $build is set: a folder of their own that goes with them, and what stands beside each figure. To be sourced.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
flags=$(sed -n 's/^CMAKE_C_FLAGS_RELWITHDEBINFO:[^=]*=//p' "$build/CMakeCache.txt")
