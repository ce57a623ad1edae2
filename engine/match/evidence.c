/* See evidence.h. */
#include "match/evidence.h"

#include <math.h>

#define MICRO 1000000.0

const char *
qiao_band_code(qiao_band band)
{
    static const char *const codes[] = {
#define CODE(name, code) code,
        QIAO_BANDS(CODE)
#undef CODE
    };

    return band < QIAO_BAND_COUNT ? codes[band] : "";
}

static double
comparable_share(const qiaoi_query *query, const qiaoi_profile *profile, double score)
{
    double share = score / query->attainable, breadth;

    if (query->attainable <= 0 || query->attainable_squares <= 0)
        return 0;
    breadth = query->attainable * query->attainable / query->attainable_squares;
    breadth = breadth > profile->breadth ? profile->breadth : breadth;
    return (share > 1.0 ? 1.0 : share) * sqrt(breadth / profile->breadth);
}

static int32_t
value_of(const qiaoi_profile *profile, double evidence)
{
    return (int32_t)(MICRO * (1.0 - exp(-evidence / profile->scale)));
}

int32_t
qiaoi_text_value_of_score(const qiaoi_query *query, const qiaoi_profile *profile, double score)
{
    return value_of(profile, comparable_share(query, profile, score));
}

qiaoi_text_evidence
qiaoi_text_evidence_of(const qiaoi_query *query, const qiaoi_profile *profile, double score, double fit)
{
    double share = comparable_share(query, profile, score), a = profile->topic_share * query->form, evidence;

    fit = fit > 1.0 ? 1.0 : fit;
    evidence = share <= 0 || (fit <= 0 && a > 0) ? 0 : pow(share, 1.0 - a) * (a > 0 ? pow(fit, a) : 1.0);
    return (qiaoi_text_evidence){
        .value = value_of(profile, evidence), .evidence = (int32_t)(MICRO * evidence), .fit = (int32_t)(MICRO * fit)};
}

qiao_band
qiaoi_band_of(const qiaoi_text_evidence *evidence, const qiaoi_profile *profile)
{
    for (int band = QIAO_BAND_STRONG; band < QIAO_BAND_NONE; band++)
        if (evidence->evidence >= profile->bands[band].evidence && evidence->fit >= profile->bands[band].fit)
            return (qiao_band)band;
    return QIAO_BAND_NONE;
}
