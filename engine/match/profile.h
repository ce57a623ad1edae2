/* One scoring profile as matching reads it, and where profiles come from: see qiao/profiles.h. */
#ifndef QIAO_MATCH_PROFILE_H
#define QIAO_MATCH_PROFILE_H

#include "match/gates.h"
#include "match/query.h"
#include "qiao/match.h"
#include "qiao/profiles.h"

#define QIAOI_PROFILE_NAME_SIZE 33

typedef struct qiaoi_profile {
    char name[QIAOI_PROFILE_NAME_SIZE], version[QIAOI_PROFILE_NAME_SIZE];
    char hash[17];                          /* XXH3 of what counts, not of the spelling of the file */
    int32_t weights[QIAOI_SIGNAL_COUNT][2]; /* enterprise, owner; thousandths */
    int32_t policy_cap;                     /* thousandths of the known weight that is not policy */
    int32_t suggested_share;                /* thousandths of a fact's weight that a sure suggestion has */
    uint32_t gates_off;                     /* bit per gate */
    double topic_share, breadth, scale;     /* see evidence.h */
    qiaoi_query_model query;
    struct {
        int32_t evidence, fit; /* micro-units a band takes at least */
    } bands[QIAO_BAND_NONE];
} qiaoi_profile;

/* One profile of a text. name_of_file is for messages. @return as qiao_profiles_open. */
qiao_status qiaoi_profile_read(const char *json, size_t length, const char *name_of_file, qiaoi_profile *out,
                               qiao_error *err) QIAO_CHECK;
/* The same as a file, every member on its own line; about: NULL or what the profile says of itself (both languages). */
void qiaoi_profile_write(const qiaoi_profile *profile, const char *about_zh, const char *about_en, qiao_buffer *out);

/* NULL or "": the default. @return QIAO_E_QUERY names the known ones. */
qiao_status qiaoi_profiles_find(const qiao_profiles *profiles, const char *name, const qiaoi_profile **out,
                                qiao_error *err) QIAO_CHECK;

#endif
