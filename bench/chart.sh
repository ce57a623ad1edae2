#!/bin/sh
# Draws what bench/results/retrieval.jsonl holds: milliseconds a query by number of records, for this matcher and the engines beside it.
#
#   sh bench/chart.sh [OUT.svg]      default: bench/results/retrieval.svg; needs gnuplot
#
# Of several results of one size the last one counts.
set -eu
cd "$(dirname "$0")/.."
out=${1:-bench/results/retrieval.svg}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# figure KEY: records and milliseconds, one size a line, ascending
figure() {
    sed -n "s/.*\"records\":\([0-9.e+]*\).*\"$1\":\([0-9.e+-]*\).*/\1 \2/p" bench/results/retrieval.jsonl |
        awk '{ last[$1 + 0] = $2 } END { for (n in last) print n, last[n] }' | sort -g >"$work/$1"
}

for key in median_ms xapian_median_ms lucene-default_median_ms lucene-exact_median_ms; do
    figure "$key"
done
# the key of this matcher is a part of the others': its own figure is the first one of a line
sed 's/,"[a-z-]*_median_ms":[^,]*//g' bench/results/retrieval.jsonl |
    sed -n 's/.*"records":\([0-9.e+]*\).*"median_ms":\([0-9.e+-]*\).*/\1 \2/p' |
    awk '{ last[$1 + 0] = $2 } END { for (n in last) print n, last[n] }' | sort -g >"$work/median_ms"

gnuplot <<PLOT
set terminal svg size 800,500 font "sans,14" background "white"
set output "$out"
set logscale xy
set xlabel "records"
set ylabel "milliseconds a query, median"
set title "50 weighted terms, top 50, one thread"
set format x "10^%T"
set key left top
set grid
plot "$work/xapian_median_ms" with linespoints title "Xapian OP\\\\_OR", \
     "$work/lucene-default_median_ms" with linespoints title "Lucene, default", \
     "$work/lucene-exact_median_ms" with linespoints title "Lucene, exact count", \
     "$work/median_ms" with linespoints linewidth 2 title "Qiao"
PLOT
echo "$out"
