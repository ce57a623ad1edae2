/* Opens a generation: maps its lexicon and records.mdb, and checks the shape of all that will be trusted afterwards. */
#include "store/generation_object.h"

#include "lexicon/lexicon_internal.h"
#include "qiao/file.h"
#include "qiao/memory.h"
#include "store/generation_dense.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

qiao_status
qiaoi_generation_damaged(const qiao_generation *generation, const char *what, qiao_error *err)
{
    return qiao_fail(err, QIAO_E_CORRUPT, "generation %llu: %s of records.mdb is damaged",
                     (unsigned long long)generation->manifest.generation, what);
}

static qiao_status
lacks_file(const qiao_generation *generation, const char *path, qiao_error *err)
{
    qiao_status st = qiao_fail(err, QIAO_E_CORRUPT, "generation %llu lacks %s",
                               (unsigned long long)generation->manifest.generation, path);

    qiao_error_hint(err, "run qiao-indexer rollback, or qiao-indexer build");
    return st;
}

static qiao_status
name_databases(qiao_generation *generation, qiao_kv_txn *txn, qiao_error *err)
{
    qiao_status st = qiao_kv_database(txn, "documents", &generation->documents, err);

    if (st == QIAO_OK)
        st = qiao_kv_database(txn, "tags", &generation->tags, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(txn, "postings", &generation->postings, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(txn, "rows", &generation->rows, err);
    return st == QIAO_E_NOTFOUND ? qiaoi_generation_damaged(generation, "a table", err) : st;
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
sound_ids(const qiaoi_generation_side *s, size_t size)
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
    qiaoi_generation_side *s = &generation->sides[kind];
    qiao_bytes value;
    size_t table;
    qiao_status st = qiao_kv_get(generation->txn, generation->documents, (qiao_bytes){&key, 1}, &value, err);

    if (st == QIAO_E_NOTFOUND || (st == QIAO_OK && value.length < 8))
        return qiaoi_generation_damaged(generation, "the list of ids", err);
    if (st != QIAO_OK)
        return st;
    memcpy(&s->count, value.data, 4);
    table = 4 + ((size_t)s->count + 1) * 4;
    s->offsets = (const uint32_t *)(const void *)((const char *)value.data + 4);
    s->ids = (const char *)value.data + table;
    if (table > value.length || !aligned(value.data, 4) || !sound_ids(s, value.length - table))
        return qiaoi_generation_damaged(generation, "the list of ids", err);
    return QIAO_OK;
}

/* Both sides name the same files. */
static qiao_status
open_files_of_documents(qiao_generation *generation, unsigned count, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 32];
    qiao_status st = generation->files.count > 0
                         ? QIAO_OK
                         : qiaoi_document_files_open(&generation->files, generation->folder, count, err);

    if (st == QIAO_E_NOTFOUND) {
        qiaoi_document_file_path(generation->folder, generation->files.count, path);
        st = lacks_file(generation, path, err);
    }
    return st;
}

/* Every record lies inside its file: they are read without a further look. */
static qiao_status
load_stored(qiao_generation *generation, qiao_kind kind, qiao_error *err)
{
    unsigned char key = (unsigned char)(QIAOI_STORED_KEY + kind);
    qiaoi_generation_side *s = &generation->sides[kind];
    qiaoi_stored_header header;
    qiao_bytes value;
    qiao_status st = qiao_kv_get(generation->txn, generation->documents, (qiao_bytes){&key, 1}, &value, err);

    if (st == QIAO_E_NOTFOUND || (st == QIAO_OK && (value.length < sizeof header || !aligned(value.data, 8))))
        return qiaoi_generation_damaged(generation, "the list of places", err);
    if (st != QIAO_OK)
        return st;
    memcpy(&header, value.data, sizeof header);
    s->stored = (const qiaoi_document_place *)(const void *)((const char *)value.data + sizeof header);
    if (header.count != s->count || header.files > QIAOI_DOCUMENT_FILES_MAX ||
        (value.length - sizeof header) / sizeof *s->stored < header.count)
        return qiaoi_generation_damaged(generation, "the list of places", err);
    st = open_files_of_documents(generation, header.files, err);
    for (uint32_t d = 0; st == QIAO_OK && d < s->count; d++)
        if (!qiaoi_document_place_sound(&generation->files, &s->stored[d]))
            return qiaoi_generation_damaged(generation, "the list of places", err);
    return st;
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
        return qiaoi_generation_damaged(generation, "the list of numbers", err);
    if (st != QIAO_OK)
        return st;
    memcpy(&generation->place_count, value.data, 4);
    generation->places = (const uint32_t *)(const void *)((const char *)value.data + 4);
    if (value.length / 4 - 1 < generation->place_count || !aligned(value.data, 4) || !sound_places(generation))
        return qiaoi_generation_damaged(generation, "the list of numbers", err);
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
    qiaoi_generation_side *s = &generation->sides[kind];
    size_t ranges = ((size_t)s->count + QIAOI_RANGE_SIZE - 1) / QIAOI_RANGE_SIZE;

    s->ranges = qiao_calloc(ranges + 1, sizeof *s->ranges);
    if (s->ranges == NULL)
        return qiao_fail_memory(err);
    for (size_t r = 0; r < ranges; r++) {
        unsigned char key[3] = {(unsigned char)kind, (unsigned char)(r >> 8), (unsigned char)r};
        qiao_bytes value;
        qiao_status st = qiao_kv_get(generation->txn, generation->postings, (qiao_bytes){key, 3}, &value, err);

        if (st == QIAO_E_NOTFOUND || (st == QIAO_OK && !view_postings(value, &s->ranges[r])))
            return qiaoi_generation_damaged(generation, "the postings", err);
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
    qiaoi_generation_side *s = &generation->sides[kind];

    s->rows = qiao_calloc(s->range_count + 1, sizeof *s->rows);
    if (s->rows == NULL)
        return qiao_fail_memory(err);
    for (size_t r = 0; r < s->range_count; r++) {
        unsigned char key[3] = {(unsigned char)kind, (unsigned char)(r >> 8), (unsigned char)r};
        qiao_bytes value;
        qiao_status st = qiao_kv_get(generation->txn, generation->rows, (qiao_bytes){key, 3}, &value, err);

        if (st == QIAO_E_NOTFOUND || (st == QIAO_OK && !view_rows(value, &s->ranges[r], &s->rows[r])))
            return qiaoi_generation_damaged(generation, "the rows", err);
        if (st != QIAO_OK)
            return st;
    }
    return QIAO_OK;
}

/* A number for each slot of the postings, and none above the number of documents. */
static qiao_status
load_statistics(qiao_generation *generation, qiao_kind kind, qiao_error *err)
{
    unsigned char key = (unsigned char)(QIAOI_STATISTICS_KEY + kind);
    qiaoi_generation_side *s = &generation->sides[kind];
    qiaoi_statistics_header header;
    qiao_bytes value;
    bool sound;
    qiao_status st = qiao_kv_get(generation->txn, generation->documents, (qiao_bytes){&key, 1}, &value, err);

    if (st != QIAO_OK && st != QIAO_E_NOTFOUND)
        return st;
    sound = st == QIAO_OK && value.length >= sizeof header && aligned(value.data, 4);
    if (sound) {
        memcpy(&header, value.data, sizeof header);
        s->statistics =
            (qiaoi_side_statistics){.documents = header.documents,
                                    .chinese = header.chinese,
                                    .slots = header.slots,
                                    .df = (const uint32_t *)(const void *)((const char *)value.data + sizeof header)};
        memcpy(s->statistics.mean_length, header.mean_length, sizeof header.mean_length);
        sound = (value.length - sizeof header) / 4 >= header.slots && header.slots >= generation->lexicon->term_count &&
                header.chinese <= header.documents;
    }
    for (size_t r = 0; sound && r < s->range_count; r++)
        sound = s->ranges[r].header.slots == header.slots;
    for (uint32_t slot = 0; sound && slot < header.slots; slot++)
        sound = s->statistics.df[slot] <= header.documents;
    return sound ? QIAO_OK : qiaoi_generation_damaged(generation, "the statistics", err);
}

/* A pivot term is a stem in ASCII; other words are those of a language that is translated. */
static qiao_status
weigh_terms(qiao_generation *generation, qiao_kind kind, qiao_error *err)
{
    qiaoi_generation_side *s = &generation->sides[kind];
    const qiao_lexicon *lexicon = generation->lexicon;

    s->idf = qiao_calloc((size_t)lexicon->term_count + 1, sizeof *s->idf);
    if (s->idf == NULL)
        return qiao_fail_memory(err);
    for (uint32_t term = 0; term < lexicon->term_count; term++) {
        uint32_t df = s->statistics.df[term];

        if (df > 0 && (unsigned char)*qiaoi_lexicon_term_text(lexicon, term) < 0x80u)
            s->idf[term] = (float)log(1.0 + ((double)s->statistics.documents - df + 0.5) / (df + 0.5));
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
    if (st == QIAO_E_NOTFOUND)
        st = lacks_file(generation, path, err);
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
open_duplicates(qiao_generation *generation, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/%s", generation->folder, QIAOI_DUPLICATES_NAME);
    return qiao_file_exists(path)
               ? qiaoi_duplicates_open(path, (const uint32_t[]){generation->sides[0].count, generation->sides[1].count},
                                       &generation->duplicates, err)
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
            st = load_stored(generation, (qiao_kind)kind, err);
        if (st == QIAO_OK)
            st = load_postings(generation, (qiao_kind)kind, err);
        if (st == QIAO_OK)
            st = load_rows(generation, (qiao_kind)kind, err);
        if (st == QIAO_OK)
            st = load_statistics(generation, (qiao_kind)kind, err);
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
    if (st == QIAO_OK)
        st = open_verdicts(generation, err);
    return st == QIAO_OK ? open_duplicates(generation, err) : st;
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
    qiaoi_document_files_close(&generation->files);
    qiaoi_vectors_close(generation->vectors);
    for (int kind = 0; kind < 2; kind++) {
        qiao_free(generation->sides[kind].ranges);
        qiao_free(generation->sides[kind].rows);
        qiao_free(generation->sides[kind].idf);
    }
    qiaoi_matches_close(generation->matches);
    qiaoi_verdicts_close(generation->verdicts);
    qiaoi_duplicates_close(generation->duplicates);
    qiao_free(generation);
}
