/*
 * Facts of a record: what gates and signals read of it, in one flat block of bytes that a generation stores, so that
 * scoring a pair parses no JSON and reads no text.
 *
 * A block is a qiaoi_facts followed by what its offsets lead to, counted from its beginning; 8-byte aligned. Offset 0
 * of a string: unknown. Codes are those of the vocabularies, as strings: a block means the same whatever the order of
 * the lists. Money is in CNY by the dated table of rates; an amount without currency, or in one that the table does not
 * have, is unknown.
 *
 * Indicators: the structured ones first, then those read from running text in Chinese and English, at most
 * QIAOI_FACTS_READINGS. Their names are kept as hashes of words too, so that names are compared across languages
 * (likeness.h).
 *
 * Where a record names neither field nor patent class, no readiness or no country, what its words suggest
 * (qiao/suggested.h) stands in members of its own: no gate and no filter reads them.
 *
 * Ownership and threads: making needs scratch memory of one thread; a block is immutable.
 */
#ifndef QIAO_FACTS_FACTS_H
#define QIAO_FACTS_FACTS_H

#include "facts/identity.h"
#include "qiao/analyzer.h"
#include "qiao/indicator.h"
#include "qiao/record.h"
#include "qiao/suggested.h"
#include "qiao/vocabulary.h"

#define QIAOI_FACTS_MAGIC 0x35544346u /* "FCT5" */
#define QIAOI_FACTS_READINGS 48u
#define QIAOI_FACTS_CODES 64u /* of a list; more are left out */
#define QIAOI_NAME_WORDS 8u

typedef struct qiaoi_fact_codes {
    uint32_t first, count; /* first: offset of u32[count], offsets of strings */
} qiaoi_fact_codes;

typedef struct qiaoi_fact_reading {
    double value, value2, si_value, si_value2, factor, offset;
    uint32_t name, unit, si_unit; /* offsets of strings, never 0 */
    uint32_t text;                /* offset of the field's name ("summary.en") it was read from; 0 = structured */
    uint32_t start, end;          /* bytes of that text */
    uint32_t words[2]
                  [QIAOI_NAME_WORDS]; /* hashes of the words of its name: as written, in another language; 0 = none */
    uint8_t op, change, difference, better, span, must;
    uint8_t pad[2];
    qiao_dimension dimension;
} qiaoi_fact_reading;

/* Yes, no, unknown */
typedef enum qiaoi_ternary { QIAOI_UNKNOWN_IF, QIAOI_NO, QIAOI_YES } qiaoi_ternary;

typedef struct qiaoi_facts {
    uint32_t magic, size;
    int32_t kind;
    int32_t trl, trl_min, trl_max; /* QIAO_UNKNOWN */
    int32_t published_day, updated_day, expires_day, available_day, needed_day, respond_day, duration_months;
    int32_t completeness;        /* micro-units */
    double money_min, money_max; /* CNY; NAN = unknown */
    uint32_t status, record_kind, visibility, country, region, org_kind, org_size, park, ip_terms, price_kind;
    uint32_t export_status, export_basis, import_status, import_item, import_edition;
    uint32_t suggested_field, suggested_country; /* codes; 0 = none */
    int32_t suggested_trl;                       /* QIAO_UNKNOWN = none */
    int32_t suggested_field_confidence, suggested_trl_confidence, suggested_country_confidence; /* micro-units */
    uint32_t protected_in_china; /* qiaoi_ternary, of projects */
    uint32_t has_rights;         /* qiaoi_ternary: a patent, an application, know-how, a copyright to offer */
    qiaoi_fact_codes fields, ipc, modes, landing_pref, disclose_allow, disclose_deny, country_allow, country_deny,
        partner_kinds, partner_sizes, target_regions, measures;
    qiaoi_identity identity;
    uint32_t readings; /* offset of qiaoi_fact_reading[reading_count] */
    uint32_t reading_count;
} qiaoi_facts;

/* NULL for offset 0 */
static inline const char *
qiaoi_facts_text(const qiaoi_facts *facts, uint32_t offset)
{
    return offset == 0 ? NULL : (const char *)facts + offset;
}

static inline const char *
qiaoi_facts_code(const qiaoi_facts *facts, const qiaoi_fact_codes *codes, uint32_t index)
{
    return (const char *)facts + ((const uint32_t *)(const void *)((const char *)facts + codes->first))[index];
}

static inline const qiaoi_fact_reading *
qiaoi_facts_readings(const qiaoi_facts *facts)
{
    return (const qiaoi_fact_reading *)(const void *)((const char *)facts + facts->readings);
}

/* Is a block of that many bytes one of ours, with every offset inside? */
bool qiaoi_facts_sound(const void *block, size_t length);

typedef struct qiaoi_facts_maker {
    const qiao_vocabulary *vocabulary;
    const qiao_units *units;
    const qiao_concepts *concepts; /* NULL, or set after init, borrowed: fields are suggested by them */
    qiao_analyzer *analyzer;       /* splits names into words */
    qiao_arena *arena;             /* scratch, reset by each call */
    qiao_buffer text, out;         /* out: the block */
} qiaoi_facts_maker;

/* vocabulary, units, analyzer: borrowed; without vocabulary no crosswalk and no rates, without units no indicators,
 * without analyzer no words of their names.
 * QIAO_E_NOMEM. */
qiao_status qiaoi_facts_maker_init(qiaoi_facts_maker *maker, const qiao_vocabulary *vocabulary, const qiao_units *units,
                                   qiao_analyzer *analyzer, qiao_error *err) QIAO_CHECK;
void qiaoi_facts_maker_done(qiaoi_facts_maker *maker);

/* The facts of a record. The block lives in maker until its next call. QIAO_E_NOMEM. */
qiao_status qiaoi_facts_make(qiaoi_facts_maker *maker, const qiao_record *record, const qiaoi_facts **out,
                             qiao_error *err) QIAO_CHECK;
/* Those of a free text, taken as a need of which nothing but its indicators is known. */
qiao_status qiaoi_facts_of_text(qiaoi_facts_maker *maker, const char *text, size_t length, const qiaoi_facts **out,
                                qiao_error *err) QIAO_CHECK;

#endif
