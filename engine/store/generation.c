/* Reads a generation: maps its lexicon and records.mdb, checks the shape of what it will trust, answers by docid.
 * Bitmaps of tags become plain words. */
#include "qiao/generation.h"

#include "lexicon/lexicon_internal.h"
#include "qiao/file.h"
#include "qiao/memory.h"
#include "store/generation_dense.h"
#include "store/generation_internal.h"
#include "store/kv.h"

#include <math.h>
#include <roaring/roaring.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#define RECORD_MAX (64u << 20)

typedef struct side {
    uint32_t count;
    const uint32_t *offsets;
    const char *ids;
    qiaoi_postings *ranges;
    qiaoi_rows *rows; /* of the same ranges */
    float *idf;       /* [terms] */
    size_t range_count;
} side;

struct qiao_generation {
    qiao_manifest manifest;
    char folder[QIAO_PATH_MAX];
    qiao_lexicon *lexicon;
    qiao_kv *kv;
    qiao_kv_txn *txn; /* keeps the map's values valid as long as the generation is open */
    qiao_kv_db documents, records, tags, postings, rows, facts;
    side sides[2];
    const uint32_t *places; /* documents by their number in the full-text index */
    uint32_t place_count;
    qiaoi_vectors *vectors;   /* NULL = no dense channel ... */
    qiao_error vectors_fault; /* ... because of this, where its status says so */
    qiaoi_matches *matches;   /* NULL = built without */
    qiaoi_verdicts *verdicts; /* NULL = there are none */
};

static qiao_status
damaged(const qiao_generation *generation, const char *what, qiao_error *err)
{
    return qiao_fail(err, QIAO_E_CORRUPT, "generation %llu: %s of records.mdb is damaged",
                     (unsigned long long)generation->manifest.generation, what);
}

static qiao_status
name_databases(qiao_generation *generation, qiao_kv_txn *txn, qiao_error *err)
{
    qiao_status st = qiao_kv_database(txn, "documents", &generation->documents, err);

    if (st == QIAO_OK)
        st = qiao_kv_database(txn, "records", &generation->records, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(txn, "tags", &generation->tags, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(txn, "postings", &generation->postings, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(txn, "rows", &generation->rows, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(txn, "facts", &generation->facts, err);
    return st == QIAO_E_NOTFOUND ? damaged(generation, "a table", err) : st;
}

/* Handles become valid for other transactions once the one that opened them has ended well; then the long-lived one
 * begins. */
static qiao_status
open_databases(qiao_generation *generation, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    qiao_status st = qiao_kv_begin(generation->kv, false, &txn, err);

    if (st == QIAO_OK)
        st = name_databases(generation, txn, err);
    if (st != QIAO_OK) {
        qiao_kv_abort(txn);
        return st;
    }
    st = qiao_kv_commit(txn, err);
    return st == QIAO_OK ? qiao_kv_begin(generation->kv, false, &generation->txn, err) : st;
}

/* Read in place as arrays of numbers: the writer sees to it that they are aligned. */
static bool
aligned(const void *data, size_t to)
{
    return (uintptr_t)data % to == 0;
}

/* Every id lies inside and ends with a NUL: ids are read as strings. What follows them is padding. */
static bool
sound_ids(const side *s, size_t size)
{
    if (s->offsets[0] != 0)
        return false;
    for (uint32_t i = 0; i < s->count; i++)
        if (s->offsets[i + 1] <= s->offsets[i] || s->offsets[i + 1] > size || s->ids[s->offsets[i + 1] - 1] != '\0')
            return false;
    return true;
}

static qiao_status
load_documents(qiao_generation *generation, qiao_kind kind, qiao_error *err)
{
    unsigned char key = (unsigned char)kind;
    side *s = &generation->sides[kind];
    qiao_bytes value;
    size_t table;
    qiao_status st = qiao_kv_get(generation->txn, generation->documents, (qiao_bytes){&key, 1}, &value, err);

    if (st == QIAO_E_NOTFOUND || (st == QIAO_OK && value.length < 8))
        return damaged(generation, "the list of ids", err);
    if (st != QIAO_OK)
        return st;
    memcpy(&s->count, value.data, 4);
    table = 4 + ((size_t)s->count + 1) * 4;
    s->offsets = (const uint32_t *)(const void *)((const char *)value.data + 4);
    s->ids = (const char *)value.data + table;
    if (table > value.length || !aligned(value.data, 4) || !sound_ids(s, value.length - table))
        return damaged(generation, "the list of ids", err);
    return QIAO_OK;
}

static bool
sound_places(const qiao_generation *generation)
{
    for (uint32_t i = 0; i < generation->place_count; i++) {
        uint32_t place = generation->places[i];
        qiao_kind kind = (place & QIAOI_PLACE_NEED) != 0 ? QIAO_NEED : QIAO_PROJECT;

        if (place != QIAOI_PLACE_NONE && (place & ~QIAOI_PLACE_NEED) >= generation->sides[kind].count)
            return false;
    }
    return true;
}

static qiao_status
load_places(qiao_generation *generation, qiao_error *err)
{
    unsigned char key = QIAOI_PLACES_KEY;
    qiao_bytes value;
    qiao_status st = qiao_kv_get(generation->txn, generation->documents, (qiao_bytes){&key, 1}, &value, err);

    if (st == QIAO_E_NOTFOUND || (st == QIAO_OK && value.length < 4))
        return damaged(generation, "the list of numbers", err);
    if (st != QIAO_OK)
        return st;
    memcpy(&generation->place_count, value.data, 4);
    generation->places = (const uint32_t *)(const void *)((const char *)value.data + 4);
    if (value.length / 4 - 1 < generation->place_count || !aligned(value.data, 4) || !sound_places(generation))
        return damaged(generation, "the list of numbers", err);
    return QIAO_OK;
}

/* Every list lies inside: the lists are walked without a further look. */
static bool
sound_lists(const qiaoi_postings *range)
{
    uint32_t seen = 0;

    for (size_t word = 0; word < ((size_t)range->header.slots + 63) / 64; word++) {
        if (range->rank[word] != seen)
            return false;
        seen += (uint32_t)__builtin_popcountll(range->bitmap[word]);
    }
    if (seen != range->header.present || range->offsets[0] != 0 || range->offsets[seen] != range->header.postings)
        return false;
    for (uint32_t i = 0; i < seen; i++)
        if (range->offsets[i + 1] < range->offsets[i])
            return false;
    return true;
}

static bool
view_postings(qiao_bytes value, qiaoi_postings *out)
{
    const char *data = value.data;
    size_t offsets[7];

    if (value.length < sizeof out->header || !aligned(data, 8))
        return false;
    memcpy(&out->header, data, sizeof out->header);
    qiaoi_postings_layout(&out->header, offsets);
    if (out->header.magic != QIAOI_POSTINGS_MAGIC || offsets[6] > value.length ||
        out->header.documents > QIAOI_RANGE_SIZE)
        return false;
    out->bitmap = (const uint64_t *)(const void *)(data + offsets[0]);
    out->rank = (const uint32_t *)(const void *)(data + offsets[1]);
    out->offsets = (const uint32_t *)(const void *)(data + offsets[2]);
    out->documents = (const uint16_t *)(const void *)(data + offsets[3]);
    out->impacts = (const uint8_t *)(data + offsets[4]);
    out->maxima = (const uint8_t *)(data + offsets[5]);
    return sound_lists(out);
}

static qiao_status
load_postings(qiao_generation *generation, qiao_kind kind, qiao_error *err)
{
    side *s = &generation->sides[kind];
    size_t ranges = ((size_t)s->count + QIAOI_RANGE_SIZE - 1) / QIAOI_RANGE_SIZE;

    s->ranges = qiao_calloc(ranges + 1, sizeof *s->ranges);
    if (s->ranges == NULL)
        return qiao_fail_memory(err);
    for (size_t r = 0; r < ranges; r++) {
        unsigned char key[3] = {(unsigned char)kind, (unsigned char)(r >> 8), (unsigned char)r};
        qiao_bytes value;
        qiao_status st = qiao_kv_get(generation->txn, generation->postings, (qiao_bytes){key, 3}, &value, err);

        if (st == QIAO_E_NOTFOUND || (st == QIAO_OK && !view_postings(value, &s->ranges[r])))
            return damaged(generation, "the postings", err);
        if (st != QIAO_OK)
            return st;
        s->range_count = r + 1;
    }
    return QIAO_OK;
}

/* Every row lies inside, and names lists that are there. */
static bool
view_rows(qiao_bytes value, const qiaoi_postings *range, qiaoi_rows *out)
{
    qiaoi_rows_header header;

    if (value.length < sizeof header || !aligned(value.data, 4))
        return false;
    memcpy(&header, value.data, sizeof header);
    if (header.magic != QIAOI_ROWS_MAGIC || header.documents != range->header.documents ||
        sizeof header + ((size_t)header.documents + 1 + header.entries) * 4 > value.length)
        return false;
    out->documents = header.documents;
    out->starts = (const uint32_t *)(const void *)((const char *)value.data + sizeof header);
    out->entries = out->starts + header.documents + 1;
    for (uint32_t d = 0; d < header.documents; d++)
        if (out->starts[d + 1] < out->starts[d])
            return false;
    return out->starts[0] == 0 && out->starts[header.documents] == header.entries;
}

static qiao_status
load_rows(qiao_generation *generation, qiao_kind kind, qiao_error *err)
{
    side *s = &generation->sides[kind];

    s->rows = qiao_calloc(s->range_count + 1, sizeof *s->rows);
    if (s->rows == NULL)
        return qiao_fail_memory(err);
    for (size_t r = 0; r < s->range_count; r++) {
        unsigned char key[3] = {(unsigned char)kind, (unsigned char)(r >> 8), (unsigned char)r};
        qiao_bytes value;
        qiao_status st = qiao_kv_get(generation->txn, generation->rows, (qiao_bytes){key, 3}, &value, err);

        if (st == QIAO_E_NOTFOUND || (st == QIAO_OK && !view_rows(value, &s->ranges[r], &s->rows[r])))
            return damaged(generation, "the rows", err);
        if (st != QIAO_OK)
            return st;
    }
    return QIAO_OK;
}

/* A pivot term is a stem in ASCII; other words are those of a language that is translated. */
static qiao_status
weigh_terms(qiao_generation *generation, qiao_kind kind, qiao_error *err)
{
    side *s = &generation->sides[kind];
    const qiao_lexicon *lexicon = generation->lexicon;

    s->idf = qiao_calloc((size_t)lexicon->term_count + 1, sizeof *s->idf);
    if (s->idf == NULL)
        return qiao_fail_memory(err);
    for (uint32_t term = 0; term < lexicon->term_count; term++) {
        uint32_t df = 0;

        for (size_t r = 0; r < s->range_count; r++)
            df += qiaoi_postings_list(&s->ranges[r], term).count;
        if (df > 0 && (unsigned char)*qiaoi_lexicon_term_text(lexicon, term) < 0x80u)
            s->idf[term] = (float)log(1.0 + ((double)s->count - df + 0.5) / (df + 0.5));
    }
    return QIAO_OK;
}

static qiao_status
open_files(qiao_generation *generation, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 32];
    qiao_status st;

    snprintf(path, sizeof path, "%s/lexicon.bin", generation->folder);
    st = qiao_lexicon_open(path, &generation->lexicon, err);
    if (st == QIAO_OK) {
        snprintf(path, sizeof path, "%s/records.mdb", generation->folder);
        st = qiao_kv_open(path, &(qiao_kv_options){.read_only = true, .immutable = true}, &generation->kv, err);
    }
    if (st == QIAO_E_NOTFOUND) {
        st = qiao_fail(err, QIAO_E_CORRUPT, "generation %llu lacks %s",
                       (unsigned long long)generation->manifest.generation, path);
        qiao_error_hint(err, "run qiao-indexer rollback, or qiao-indexer build");
    }
    return st;
}

/* Matches of another generation would name the wrong documents. */
static qiao_status
open_matches(qiao_generation *generation, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 32];
    const qiaoi_matches_header *header;
    qiao_status st;

    snprintf(path, sizeof path, "%s/%s", generation->folder, QIAOI_MATCHES_NAME);
    if (!qiao_file_exists(path))
        return QIAO_OK;
    st = qiaoi_matches_open(path, &generation->matches, err);
    if (st != QIAO_OK)
        return st;
    header = qiaoi_matches_about(generation->matches);
    for (int kind = 0; kind < 2; kind++)
        if (header->documents[kind] != generation->sides[kind].count ||
            header->count[kind] != generation->sides[kind].count)
            return qiao_fail(err, QIAO_E_CORRUPT, "%s belongs to another generation", path);
    return QIAO_OK;
}

static qiao_status
open_verdicts(qiao_generation *generation, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/%s", generation->folder, QIAOI_VERDICTS_NAME);
    return qiao_file_exists(path)
               ? qiaoi_verdicts_open(path, (const uint32_t[]){generation->sides[0].count, generation->sides[1].count},
                                     &generation->verdicts, err)
               : QIAO_OK;
}

static qiao_status
open_all(qiao_generation *generation, qiao_error *err)
{
    qiao_status st = open_files(generation, err);

    if (st == QIAO_OK)
        st = open_databases(generation, err);
    for (int kind = 0; st == QIAO_OK && kind < 2; kind++) {
        st = load_documents(generation, (qiao_kind)kind, err);
        if (st == QIAO_OK)
            st = load_postings(generation, (qiao_kind)kind, err);
        if (st == QIAO_OK)
            st = load_rows(generation, (qiao_kind)kind, err);
        if (st == QIAO_OK)
            st = weigh_terms(generation, (qiao_kind)kind, err);
    }
    if (st == QIAO_OK)
        st = load_places(generation, err);
    if (st == QIAO_OK)
        st = qiaoi_generation_dense_open(generation->folder,
                                         (const uint32_t[]){generation->sides[0].count, generation->sides[1].count},
                                         &generation->vectors, &generation->vectors_fault, err);
    if (st == QIAO_OK)
        st = open_matches(generation, err);
    return st == QIAO_OK ? open_verdicts(generation, err) : st;
}

qiao_status
qiao_generation_open(const char *data_dir, uint64_t number, qiao_generation **out, qiao_error *err)
{
    char folder[QIAO_PATH_MAX];
    qiao_manifest manifest;
    qiao_status st;

    *out = NULL;
    st = qiao_catalog_path(data_dir, number, folder, err);
    if (st == QIAO_OK)
        st = qiao_catalog_manifest(data_dir, number, &manifest, err);
    if (st == QIAO_OK && manifest.format_version != QIAO_FORMAT_VERSION)
        st = qiao_fail(err, QIAO_E_VERSION, "generation %llu has format %u, this program reads %u",
                       (unsigned long long)number, manifest.format_version, (unsigned)QIAO_FORMAT_VERSION);
    return st == QIAO_OK ? qiaoi_generation_open_staged(folder, &manifest, out, err) : st;
}

qiao_status
qiaoi_generation_open_staged(const char *folder, const qiao_manifest *manifest, qiao_generation **out, qiao_error *err)
{
    qiao_generation *generation = qiao_calloc(1, sizeof *generation);
    qiao_status st;

    *out = NULL;
    if (generation == NULL)
        return qiao_fail_memory(err);
    snprintf(generation->folder, sizeof generation->folder, "%s", folder);
    generation->manifest = *manifest;
    st = open_all(generation, err);
    if (st != QIAO_OK) {
        qiao_generation_close(generation);
        return st;
    }
    *out = generation;
    return QIAO_OK;
}

void
qiao_generation_close(qiao_generation *generation)
{
    if (generation == NULL)
        return;
    qiao_kv_abort(generation->txn);
    qiao_kv_close(generation->kv);
    qiao_lexicon_close(generation->lexicon);
    qiaoi_vectors_close(generation->vectors);
    for (int kind = 0; kind < 2; kind++) {
        qiao_free(generation->sides[kind].ranges);
        qiao_free(generation->sides[kind].rows);
        qiao_free(generation->sides[kind].idf);
    }
    qiaoi_matches_close(generation->matches);
    qiaoi_verdicts_close(generation->verdicts);
    qiao_free(generation);
}

const qiao_manifest *
qiao_generation_manifest(const qiao_generation *generation)
{
    return &generation->manifest;
}

const char *
qiao_generation_folder(const qiao_generation *generation)
{
    return generation->folder;
}

const qiao_lexicon *
qiao_generation_lexicon(const qiao_generation *generation)
{
    return generation->lexicon;
}

const qiaoi_vectors *
qiaoi_generation_vectors(const qiao_generation *generation)
{
    return generation->vectors;
}

const qiaoi_matches *
qiaoi_generation_matches(const qiao_generation *generation)
{
    return generation->matches;
}

const qiaoi_verdicts *
qiaoi_generation_verdicts(const qiao_generation *generation)
{
    return generation->verdicts;
}

int
qiaoi_generation_day(const qiao_generation *generation)
{
    int32_t day = qiao_date_days(generation->manifest.created, strlen(generation->manifest.created));

    return day == INT32_MIN ? 0 : day;
}

void
qiao_generation_dense(const qiao_generation *generation, qiao_dense_info *out)
{
    qiaoi_generation_dense_info(generation->vectors, &generation->vectors_fault, out);
}

const qiaoi_postings *
qiaoi_generation_postings(const qiao_generation *generation, qiao_kind kind, size_t *ranges_out)
{
    *ranges_out = generation->sides[kind].range_count;
    return generation->sides[kind].ranges;
}

qiao_status
qiaoi_generation_facts(const qiao_generation *generation, qiao_kind kind, uint32_t docid, const void **out,
                       size_t *length_out, qiao_error *err)
{
    unsigned char key[5] = {(unsigned char)kind, (unsigned char)(docid >> 24), (unsigned char)(docid >> 16),
                            (unsigned char)(docid >> 8), (unsigned char)docid};
    qiao_bytes value;
    qiao_status st = qiao_kv_get(generation->txn, generation->facts, (qiao_bytes){key, 5}, &value, err);

    if (st == QIAO_E_NOTFOUND)
        return damaged(generation, "the facts", err);
    if (st == QIAO_OK) {
        *out = value.data;
        *length_out = value.length;
    }
    return st;
}

const float *
qiaoi_generation_idf(const qiao_generation *generation, qiao_kind kind)
{
    return generation->sides[kind].idf;
}

qiaoi_row
qiaoi_generation_row(const qiao_generation *generation, qiao_kind kind, uint32_t docid)
{
    const side *s = &generation->sides[kind];
    const qiaoi_rows *rows = &s->rows[docid >> QIAOI_RANGE_BITS];
    uint32_t local = docid & (QIAOI_RANGE_SIZE - 1), begin;

    if (docid >= s->count)
        return (qiaoi_row){NULL, 0};
    begin = rows->starts[local];
    return (qiaoi_row){rows->entries + begin, rows->starts[local + 1] - begin};
}

uint32_t
qiao_generation_count(const qiao_generation *generation, qiao_kind kind)
{
    return generation->sides[kind].count;
}

const char *
qiao_generation_id(const qiao_generation *generation, qiao_kind kind, uint32_t docid)
{
    const side *s = &generation->sides[kind];

    return docid < s->count ? s->ids + s->offsets[docid] : NULL;
}

qiao_status
qiao_generation_find(const qiao_generation *generation, qiao_kind kind, const char *id, uint32_t *docid_out,
                     qiao_error *err)
{
    const side *s = &generation->sides[kind];
    uint32_t low = 0, high = s->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(s->ids + s->offsets[middle], id);

        if (order == 0) {
            *docid_out = middle;
            return QIAO_OK;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return qiao_fail(err, QIAO_E_NOTFOUND, kind == QIAO_PROJECT ? "no project %.128s" : "no need %.128s", id);
}

bool
qiaoi_generation_place(const qiao_generation *generation, uint32_t number, qiao_kind *kind_out, uint32_t *docid_out)
{
    uint32_t place = number < generation->place_count ? generation->places[number] : QIAOI_PLACE_NONE;

    if (place == QIAOI_PLACE_NONE)
        return false;
    *kind_out = (place & QIAOI_PLACE_NEED) != 0 ? QIAO_NEED : QIAO_PROJECT;
    *docid_out = place & ~QIAOI_PLACE_NEED;
    return true;
}

static qiao_status
unpack(const qiao_generation *generation, qiao_bytes value, qiao_buffer *out, qiao_error *err)
{
    const char *data = value.data;
    uint32_t raw;
    size_t n;

    if (value.length > 0 && data[0] == 0) {
        qiao_buffer_append(out, data + 1, value.length - 1);
        return qiao_buffer_check(out, err);
    }
    if (value.length < 5 || data[0] != 1)
        return damaged(generation, "a record", err);
    memcpy(&raw, data + 1, 4);
    if (raw > RECORD_MAX)
        return damaged(generation, "a record", err);
    if (!qiao_buffer_reserve(out, raw))
        return qiao_fail_memory(err);
    n = ZSTD_decompress(out->data + out->length, raw, data + 5, value.length - 5);
    if (ZSTD_isError(n) || n != raw)
        return damaged(generation, "a record", err);
    out->length += n;
    out->data[out->length] = '\0';
    return QIAO_OK;
}

qiao_status
qiao_generation_json(const qiao_generation *generation, qiao_kind kind, uint32_t docid, qiao_buffer *out,
                     qiao_error *err)
{
    unsigned char key[5] = {(unsigned char)kind, (unsigned char)(docid >> 24), (unsigned char)(docid >> 16),
                            (unsigned char)(docid >> 8), (unsigned char)docid};
    qiao_kv_txn *txn = NULL;
    qiao_bytes value;
    qiao_status st;

    if (docid >= generation->sides[kind].count)
        return qiao_fail(err, QIAO_E_NOTFOUND, "no record number %u", docid);
    st = qiao_kv_begin(generation->kv, false, &txn, err);
    if (st != QIAO_OK)
        return st;
    st = qiao_kv_get(txn, generation->records, (qiao_bytes){key, 5}, &value, err);
    st = st == QIAO_OK           ? unpack(generation, value, out, err)
         : st == QIAO_E_NOTFOUND ? damaged(generation, "a record", err)
                                 : st;
    qiao_kv_abort(txn);
    return st;
}

/* ---- filters ---- */

static qiao_status
read_tag(const qiao_generation *generation, qiao_kv_txn *txn, qiao_kind kind, const char *tag, size_t length,
         roaring_bitmap_t **out, qiao_error *err)
{
    char key[256];
    qiao_bytes value;
    qiao_status st;

    *out = NULL;
    if (length + 1 > sizeof key)
        return QIAO_OK;
    key[0] = (char)kind;
    memcpy(key + 1, tag, length);
    st = qiao_kv_get(txn, generation->tags, (qiao_bytes){key, length + 1}, &value, err);
    if (st == QIAO_E_NOTFOUND)
        return QIAO_OK;
    if (st != QIAO_OK)
        return st;
    *out = roaring_bitmap_portable_deserialize_safe(value.data, value.length);
    return *out == NULL ? damaged(generation, "a tag", err) : QIAO_OK;
}

/* Union of the '|'-separated tags of one filter. */
static qiao_status
read_filter(const qiao_generation *generation, qiao_kv_txn *txn, qiao_kind kind, const char *filter,
            roaring_bitmap_t *into, qiao_error *err)
{
    while (*filter != '\0') {
        size_t length = strcspn(filter, "|");
        roaring_bitmap_t *tag;
        qiao_status st = read_tag(generation, txn, kind, filter, length, &tag, err);

        if (st != QIAO_OK)
            return st;
        if (tag != NULL) {
            roaring_bitmap_or_inplace(into, tag);
            roaring_bitmap_free(tag);
        }
        filter += length + (filter[length] == '|');
    }
    return QIAO_OK;
}

static bool
set_bit(uint32_t docid, void *words)
{
    ((uint64_t *)words)[docid >> 6] |= (uint64_t)1 << (docid & 63u);
    return true;
}

static qiao_status
intersect(const qiao_generation *generation, qiao_kind kind, const char *const *filters, size_t count,
          roaring_bitmap_t *result, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    qiao_status st = qiao_kv_begin(generation->kv, false, &txn, err);

    if (count == 0) /* nothing is asked: everything passes */
        roaring_bitmap_add_range(result, 0, generation->sides[kind].count);
    for (size_t i = 0; st == QIAO_OK && i < count; i++) {
        roaring_bitmap_t *one = roaring_bitmap_create();

        if (one == NULL) {
            st = qiao_fail_memory(err);
            break;
        }
        st = read_filter(generation, txn, kind, filters[i], one, err);
        if (st == QIAO_OK && i == 0)
            roaring_bitmap_or_inplace(result, one);
        else if (st == QIAO_OK)
            roaring_bitmap_and_inplace(result, one);
        roaring_bitmap_free(one);
    }
    qiao_kv_abort(txn);
    return st;
}

qiao_status
qiao_generation_filter(const qiao_generation *generation, qiao_kind kind, const char *const *filters, size_t count,
                       uint64_t **words_out, uint64_t *passing_out, qiao_error *err)
{
    size_t words = ((size_t)generation->sides[kind].count + 63) / 64;
    uint64_t *bits = qiao_calloc(words + 1, sizeof *bits);
    roaring_bitmap_t *result = roaring_bitmap_create();
    qiao_status st = bits == NULL || result == NULL ? qiao_fail_memory(err)
                                                    : intersect(generation, kind, filters, count, result, err);

    if (st == QIAO_OK) {
        roaring_iterate(result, set_bit, bits);
        *passing_out = roaring_bitmap_get_cardinality(result);
        *words_out = bits;
        bits = NULL;
    }
    if (result != NULL)
        roaring_bitmap_free(result);
    qiao_free(bits);
    return st;
}
