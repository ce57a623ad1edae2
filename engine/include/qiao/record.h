/*
 * Records: overseas projects and enterprise needs. Schema, JSON both ways, validation, completeness.
 *
 * A record keeps its texts in every language given and all other fields of the schema; an absent field is unknown,
 * never zero. null, "" and empty lists say the same as absence and are left out of the canonical form. Fields that the
 * schema does not know are kept verbatim in the canonical form and reported.
 *
 * What is read more generously than it is written: a plain string where a map by language belongs becomes {"und": ...};
 * a single value where a list belongs becomes a list of one; a code given by its name or alias ("UK", "德国") becomes
 * the code; a number may stand in a string. The canonical form shows the result, and parsing it again gives the same
 * bytes.
 *
 * Ownership: qiao_record_parse gives a record owned by the caller (qiao_record_free). All pointers inside belong to the
 * record (one arena) and live as long as it. Immutable after parsing, so it may be shared by threads.
 */
#ifndef QIAO_RECORD_H
#define QIAO_RECORD_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include "qiao/vocabulary.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_UNKNOWN INT32_MIN /* an integer field that was not given */
#define QIAO_ID_MAX 128        /* bytes of an id */
#define QIAO_LANG_MAX 12       /* bytes of a language tag with its NUL */

typedef enum qiao_kind { QIAO_PROJECT, QIAO_NEED } qiao_kind;

/* A text field in one language. name is the field's JSON name ("title", "summary", "problem", "elem_material", ...). */
typedef struct qiao_text {
    const char *name;             /* static string from the schema table */
    char language[QIAO_LANG_MAX]; /* BCP 47, lower-case primary subtag as given: "zh", "en", "de"; "und" for plain
                                     strings */
    const char *text;             /* UTF-8, NUL-terminated, valid */
    size_t length;
} qiao_text;

typedef enum qiao_indicator_operator {
    QIAO_OP_GE,
    QIAO_OP_LE,
    QIAO_OP_EQ,
    QIAO_OP_RANGE,
    QIAO_OP_ABOUT
} qiao_indicator_operator;

typedef struct qiao_indicator {
    const char *name;              /* in the first language given; NULL = not given */
    const char *name_zh, *name_en; /* NULL = not given */
    qiao_indicator_operator op;
    double value, value2;  /* value2 only for RANGE (and tolerance); NAN = not given */
    const char *unit;      /* as written; NULL = none */
    const char *condition; /* NULL = none */
    const char *evidence;  /* claimed, tested, certified; NULL = unknown */
    bool must;
} qiao_indicator;

typedef struct qiao_ip {
    const char *kind, *number, *office, *status, *expiry; /* NULL = unknown */
    int cn_protected;                                     /* 1 yes, 0 no, -1 unknown */
} qiao_ip;

typedef struct qiao_codes { /* vocabulary codes, borrowed from the record */
    const char **items;
    size_t count;
} qiao_codes;

typedef struct qiao_partner {
    const char *org_kind, *role, *size;
} qiao_partner;

typedef struct qiao_record {
    qiao_kind kind;
    const char *id;
    const char *source;      /* part of the id before ':', or the source field */
    const char *status;      /* NULL = unknown, treated as published */
    const char *record_kind; /* project: tech_offer ...; need: need_kind */
    const char *need_intent;
    const char *visibility;                     /* public, staff, named; NULL = public for projects, staff for needs */
    const char *country, *region;               /* ISO 3166-1 alpha-2 upper case; ISO 3166-2 */
    const char *org_name, *org_kind, *org_size; /* the enterprise's for needs */
    bool org_confidential;
    const char *park; /* needs */
    const qiao_text *texts;
    size_t text_count;
    qiao_codes fields, ipc, keywords, coop_modes, landing_pref, policy_measures, tags;
    qiao_codes target_regions;
    qiao_codes dissemination_allow, dissemination_deny;        /* country, group codes */
    qiao_codes country_allow, country_deny, partner_org_kinds; /* needs: partner_requirements */
    const qiao_partner *partners;
    size_t partner_count;
    const qiao_indicator *indicators;
    size_t indicator_count;
    const qiao_ip *ip;
    size_t ip_count;
    const char *ip_terms;
    int32_t trl, trl_min, trl_max; /* QIAO_UNKNOWN */
    double money_min, money_max;   /* price or budget, in currency; NAN = unknown */
    const char *currency, *price_kind;
    int32_t published_day, updated_day, expires_day, available_day, needed_day,
        respond_day;         /* days since 1970; QIAO_UNKNOWN */
    int32_t duration_months; /* time_to_deploy_months of projects */
    const char *export_status, *export_basis, *import_status, *import_item, *import_edition;
    const char *canonical; /* the whole record as canonical JSON: keys sorted, no spaces, unknown fields included */
    size_t canonical_length;
    uint64_t content_hash;            /* of canonical */
    size_t unknown_fields;            /* number of fields the schema does not know */
    const char *const *unknown_names; /* their paths ("source_note", "enterprise.founded"), unknown_fields of them */
    uint64_t filled[3];               /* one bit per row of the schema table, for completeness */
    qiao_arena *arena;
} qiao_record;

#define QIAO_RECORD_DEPTH_MAX 32u
#define QIAO_RECORD_BYTES_MAX ((size_t)1 << 20)

/* The schema, one row per field. Paths are dotted, list items without a number: "title", "enterprise.park",
 * "indicators.value". */
typedef enum qiao_field_type {
    QIAO_FIELD_TEXT,  /* texts by language: {"zh": "..", "en": ".."} */
    QIAO_FIELD_TEXTS, /* list of short texts, or lists by language */
    QIAO_FIELD_STRING,
    QIAO_FIELD_LABEL,   /* a string, or a map by language of which one is used */
    QIAO_FIELD_STRINGS, /* list of strings */
    QIAO_FIELD_CODE,    /* of a vocabulary list */
    QIAO_FIELD_CODES,
    QIAO_FIELD_INTEGER,
    QIAO_FIELD_NUMBER,
    QIAO_FIELD_DECIMAL, /* money: a decimal string, or a number */
    QIAO_FIELD_DATE,    /* YYYY-MM-DD, or RFC 3339 with a time */
    QIAO_FIELD_BOOLEAN,
    QIAO_FIELD_OPERATOR, /* >= <= = range ~ */
    QIAO_FIELD_OBJECT,
    QIAO_FIELD_OBJECTS, /* list of objects */
    QIAO_FIELD_ANY      /* kept, not looked at */
} qiao_field_type;

typedef struct qiao_field {
    const char *path;
    qiao_field_type type;
    const char *list;                     /* vocabulary lists a code may come from, separated by '|'; NULL = open */
    unsigned sides;                       /* 1 << QIAO_PROJECT | 1 << QIAO_NEED */
    uint32_t limit;                       /* most bytes of a string, items of a list, or the largest integer */
    uint16_t weight_project, weight_need; /* in completeness; 0 = not counted */
} qiao_field;

/* The row of a path, or NULL; all rows in order of path. Static. */
QIAO_EXPORT const qiao_field *qiao_record_field(const char *path);
QIAO_EXPORT const qiao_field *qiao_record_field_at(size_t index);

/* One thing wrong with a record. pointer is a JSON pointer (RFC 6901). */
typedef struct qiao_record_issue {
    char pointer[128];
    char value[96]; /* the offending value, shortened, valid UTF-8 */
    char reason[256], reason_zh[256];
    bool fatal; /* the record is refused; otherwise it goes in with a warning */
} qiao_record_issue;

#define QIAO_RECORD_ISSUES_MAX 16
typedef struct qiao_record_issues {
    qiao_record_issue items[QIAO_RECORD_ISSUES_MAX];
    size_t count; /* filled */
    size_t total; /* found */
} qiao_record_issues;

/*
 * Parse and validate one JSON object. vocabulary may be NULL: codes are then not checked.
 * Ids are `source:localid`, at most QIAO_ID_MAX bytes, without spaces and control characters.
 * issues may be NULL.
 * @return QIAO_OK (issues may hold warnings); QIAO_E_INPUT with at least one fatal issue and err set to the first;
 * QIAO_E_LIMIT (deeper than 32 levels, longer than limits allow); QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_record_parse(const char *json, size_t length, const qiao_vocabulary *vocabulary,
                                          qiao_record **out, qiao_record_issues *issues, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_record_free(qiao_record *record);

/*
 * A strict look at any JSON text before it is given to a JSON library: grammar, UTF-8, no U+0000, depth. Afterwards
 * cJSON fails only for lack of memory. QIAO_E_INPUT and QIAO_E_LIMIT name the byte; QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_json_check(const char *json, size_t length, qiao_error *err) QIAO_CHECK;

/* First text of that name in that language, or NULL. language NULL: any. */
QIAO_EXPORT const qiao_text *qiao_record_text(const qiao_record *record, const char *name, const char *language);
/* Best title to show: in the language wanted, else any. Never NULL for a valid record. */
QIAO_EXPORT const qiao_text *qiao_record_title(const qiao_record *record, const char *language);

/* Completeness: share of the schema's recommended fields that are filled, 0..1000000, and the names of the missing ones
 * (static). */
QIAO_EXPORT int32_t qiao_record_completeness(const qiao_record *record, const char **missing_out, size_t capacity,
                                             size_t *missing_count);

#ifdef __cplusplus
}
#endif
#endif
