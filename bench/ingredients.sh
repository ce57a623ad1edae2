#!/bin/sh
# What each ingredient of crossing languages is worth: the plain dictionary, each ingredient added to it alone, and all of them.
#
#   sh bench/ingredients.sh DATA [BUILD]      DATA: folder with abstracts/, bilingual/, multilingual/, queries/; BUILD: default build/release
#
# Ingredients of the lexicon (word frequencies, thesaurus, other languages) are switched by compiling it from fewer sources; those of the query (neighbouring
# words, parts of compounds) by a scoring profile; learning by importing the bilingual records. Prints one JSON object a line: commit, ingredient,
# set, figures.
set -eu
data=$1
build=${2:-build/release}
. "$(dirname "$0")/begin.inc.sh"
cedict=$(sed -n 's/^QIAO_CEDICT:[^=]*=//p' "$build/CMakeCache.txt")
dictionaries=$(sed -n 's/^QIAO_DICTIONARIES:[^=]*=//p' "$build/CMakeCache.txt")
edict=$(sed -n 's/^QIAO_EDICT:[^=]*=//p' "$build/CMakeCache.txt")
frequencies=$(sed -n 's/^QIAO_FREQUENCIES:[^=]*=//p' "$build/CMakeCache.txt")
here=$(pwd)

# A share folder with a lexicon of its own: NAME OPTION...
share() {
    name=$1
    shift
    mkdir -p "$work/share-$name"
    ln -s "$here/engine/vocab/data" "$work/share-$name/vocab"
    ln -s "$here/engine/match/profiles" "$work/share-$name/profiles"
    "$build/bin/qiao-lexicon-compile" --cedict "$cedict" "$@" --out "$work/share-$name/lexicon.bin" >/dev/null
    cp "$build/share/qiao/names.bin" "$work/share-$name/"
}

pool() { # NAME SHARE FILE...
    name=$1
    lexicon=$2
    shift 2
    QIAO_SHARE=$work/share-$lexicon "$build/bin/qiao-indexer" import --data "$work/$name" "$@" >/dev/null 2>&1
    QIAO_SHARE=$work/share-$lexicon "$build/bin/qiao-indexer" build --data "$work/$name" --no-match >/dev/null 2>&1
    mkdir -p "$work/$name/profiles"
    # PAIR PART: both off, one on, both on
    for profile in "plain 0 0" "pairs 0.4 0" "parts 0 0.2"; do
        # shellcheck disable=SC2086
        set -- $profile
        sed -e "s/\"name\": \"default\"/\"name\": \"$1\"/" -e "s/\"pair\": [0-9.]*/\"pair\": $2/" -e "s/\"part\": [0-9.]*/\"part\": $3/" \
            engine/match/profiles/default.json >"$work/$name/profiles/$1.json"
    done
}

evaluate() { # INGREDIENT SHARE POOL SET QUERIES QRELS PROFILE
    figures=$(QIAO_SHARE=$work/share-$2 "$build/bin/qiao-eval" --data "$work/$3" --queries "$data/queries/$5" --qrels "$data/queries/$6" --profile "$7" \
        2>/dev/null | tail -n 1)
    printf '{"commit":"%s","ingredient":"%s","set":"%s","figures":%s}\n' "$commit" "$1" "$4" "$figures"
}

# All sets with one lexicon, for each profile named: SHARE LEARNED(yes|no) "INGREDIENT PROFILE"...
sets() {
    lexicon=$1
    extra=
    [ "$2" = no ] || extra=$data/bilingual/computing.projects.ndjson.zst
    shift 2
    rm -rf "$work"/pool-*
    # shellcheck disable=SC2086
    pool pool-computing "$lexicon" "$data/abstracts/computing.projects.ndjson.zst" "$data/multilingual/thesis.projects.ndjson" $extra
    # shellcheck disable=SC2086
    pool pool-xquad "$lexicon" "$data/multilingual/xquad.projects.ndjson" $extra
    for language in en de ja; do
        # shellcheck disable=SC2086
        pool "pool-news-$language" "$lexicon" "$data/multilingual/news-$language.projects.ndjson" $extra
    done
    for variant in "$@"; do
        ingredient=${variant% *}
        profile=${variant##* }
        for set in title motivation tldr thesis; do
            evaluate "$ingredient" "$lexicon" pool-computing $set $set.dev.cjk.tsv $set.dev.qrels "$profile"
        done
        evaluate "$ingredient" "$lexicon" pool-xquad xquad xquad.dev.tsv xquad.dev.qrels "$profile"
        for language in en de ja; do
            evaluate "$ingredient" "$lexicon" "pool-news-$language" "news-$language" news.dev.tsv news.dev.qrels "$profile"
        done
    done
    evaluate "english originals" "$lexicon" pool-xquad xquad-english xquad.dev.en.tsv xquad.dev.qrels default
}

languages="--german $dictionaries/freedict-deu-eng --french $dictionaries/freedict-fra-eng --edict $edict"
share plain
share frequencies --frequencies "$frequencies"
share thesaurus --thesaurus engine/lexicon/thesaurus
# shellcheck disable=SC2086
share languages $languages
# shellcheck disable=SC2086
share all --frequencies "$frequencies" --thesaurus engine/lexicon/thesaurus $languages
sets plain no "dictionary plain" "+ neighbouring words pairs" "+ parts of compounds parts"
sets frequencies no "+ word frequencies plain"
sets thesaurus no "+ thesaurus plain"
sets languages no "+ German, French, Japanese plain"
sets plain yes "+ learned plain"
sets all no "all without learned default"
sets all yes "all default"
