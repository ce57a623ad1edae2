#!/usr/bin/env python3
"""Shows an answer of qiao-api for reading: curl -s URL/v1/search?q=... | python3 scripts/show.py"""
import json
import os
import sys
import unicodedata

LANGUAGE = "zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en"
BANDS = {
    "zh": {"strong": "强匹配", "possible": "可能匹配", "same_area": "方向相近", "none": "不相关"},
    "en": {"strong": "strong", "possible": "possible", "same_area": "same area", "none": "none"},
}


def text_of(texts, languages=("zh", "en")):
    for language in languages:
        if language in texts:
            return texts[language]
    return next(iter(texts.values()), "")


def short(text, width):
    """The text in so many columns; Chinese characters take two."""
    out = ""
    for c in text:
        width -= 2 if unicodedata.east_asian_width(c) in "WF" else 1
        if width < 1:
            return out + "…"
        out += c
    return out


def show_record(number, score, record):
    place = ", ".join(filter(None, [record.get("country"), record.get("park"), "TRL %d" % record["trl"] if "trl" in record else None]))
    print("%3d. %s  %s%s" % (number, score, record["id"], "  (%s)" % place if place else ""))
    print("     %s" % short(text_of(record["title"]), 110))
    summary = text_of(record.get("summary", {}))
    if summary:
        print("     %s" % short(summary, 110))


def show_hits(answer):
    print("%d found" % answer["total"] + (", some with part of the words only" if answer.get("relaxed") else ""))
    for term in answer["terms"]:
        print("     %s: %s" % (term["text"], ", ".join(term["translations"])))
    for number, hit in enumerate(answer["hits"], 1):
        show_record(number, "%6.2f" % hit["score"], hit)


def show_matches(answer):
    print("%d considered" % answer["considered"])
    for match in answer["matches"]:
        show_record(match["rank"], "%5.1f%% %s" % (match["score"] / 10000, BANDS[LANGUAGE][match["band"]]), match.get("project") or match["need"])
        for line in match.get("reasons", {}).get(LANGUAGE, []):
            print("     - %s" % line)


def main():
    answer = json.load(sys.stdin)
    print("generation %s" % answer.get("generation"))
    if "hits" in answer:
        show_hits(answer)
    elif "matches" in answer:
        show_matches(answer)
    else:
        json.dump(answer, sys.stdout, ensure_ascii=False, indent=2)
        print()
    return 1 if "status" in answer and "detail" in answer else 0


if __name__ == "__main__":
    sys.exit(main())
