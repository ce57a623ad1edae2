# For scripts whose runs are about files and services, not about words: `. tests/support/share.sh`
#
#   small_share SOURCE_DIR BUILD_DIR FOLDER      makes a share folder with a small lexicon, for programs to use from now on

small_share()
{
    mkdir -p "$3"
    ln -s "$1/engine/vocab/data" "$3/vocab"
    ln -s "$1/engine/match/profiles" "$3/profiles"
    "$2/bin/qiao-lexicon-compile" --cedict "$1/tests/fault/small.u8" --out "$3/lexicon.bin" >/dev/null
    "$2/bin/qiao-names-compile" --lexicon "$3/lexicon.bin" --cedict "$1/tests/fault/small.u8" --out "$3/names.bin" >/dev/null
    QIAO_SHARE=$3
    export QIAO_SHARE
}
