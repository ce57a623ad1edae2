#!/bin/sh
# Draws what bench/results/retrieval.jsonl holds: milliseconds a query by number of records, for this matcher and the engines beside it; and what
# all_pairs.jsonl holds: seconds for all pairs by their number, of as many needs as projects.
#
#   sh bench/chart.sh [FOLDER]      writes FOLDER/retrieval.svg and all_pairs.svg; default: bench/results; needs gnuplot
#
# Of several results of one size the last one counts.
set -eu
cd "$(dirname "$0")/.."
out=${1:-bench/results}
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
set output "$out/retrieval.svg"
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

sed -n 's/.*"bench":"all-pairs",.*"projects":\([0-9.e+]*\),"needs":\([0-9.e+]*\).*"seconds_for_all":\([0-9.e+-]*\).*/\1 \2 \3/p' bench/results/all_pairs.jsonl |
    awk '$1 == $2 { last[$1 + 0] = $3 } END { for (n in last) print 2 * n * n, last[n] }' | sort -g >"$work/all_pairs"
gnuplot <<PLOT
set terminal svg size 800,500 font "sans,14" background "white"
set output "$out/all_pairs.svg"
set logscale xy
set xlabel "pairs, both ways"
set ylabel "seconds, two threads"
set title "All pairs: growth"
set format x "10^{%T}"
set key left top
set grid
set fit quiet logfile "/dev/null"
log_seconds(x) = offset + exponent * x
fit log_seconds(x) "$work/all_pairs" using (log10(\$1)):(log10(\$2)) via offset, exponent
plot "$work/all_pairs" with points pointtype 7 title "measured", \
     10 ** log_seconds(log10(x)) title sprintf("pairs to the power of %.2f", exponent)
PLOT
echo "$out/retrieval.svg $out/all_pairs.svg"
