/* See evidence.h. */
#include "match/evidence.h"

#include <math.h>

#define MICRO 1000000.0
#define TOPIC_SHARE 0.75
#define BREADTH_MOST 30.0
#define SCALE 0.2

/* Evidence and fit, in micro-units, that a band takes at least. */
static const struct {
    int32_t evidence, fit;
} least[] = {
    [QIAO_BAND_STRONG] = {250000, 200000},
    [QIAO_BAND_POSSIBLE] = {160000, 120000},
    [QIAO_BAND_SAME_AREA] = {90000, 70000},
};

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
comparable_share(const qiaoi_query *query, double score)
{
    double share = score / query->attainable, breadth;

    if (query->attainable <= 0 || query->attainable_squares <= 0)
        return 0;
    breadth = query->attainable * query->attainable / query->attainable_squares;
    breadth = breadth > BREADTH_MOST ? BREADTH_MOST : breadth;
    return (share > 1.0 ? 1.0 : share) * sqrt(breadth / BREADTH_MOST);
}

static int32_t
value_of(double evidence)
{
    return (int32_t)(MICRO * (1.0 - exp(-evidence / SCALE)));
}

int32_t
qiaoi_text_value_of_score(const qiaoi_query *query, double score)
{
    return value_of(comparable_share(query, score));
}

qiaoi_text_evidence
qiaoi_text_evidence_of(const qiaoi_query *query, double score, double fit)
{
    double share = comparable_share(query, score), a = TOPIC_SHARE * query->form, evidence;

    fit = fit > 1.0 ? 1.0 : fit;
    evidence = share <= 0 || (fit <= 0 && a > 0) ? 0 : pow(share, 1.0 - a) * (a > 0 ? pow(fit, a) : 1.0);
    return (qiaoi_text_evidence){
        .value = value_of(evidence), .evidence = (int32_t)(MICRO * evidence), .fit = (int32_t)(MICRO * fit)};
}

qiao_band
qiaoi_band_of(const qiaoi_text_evidence *evidence)
{
    for (int band = QIAO_BAND_STRONG; band < QIAO_BAND_NONE; band++)
        if (evidence->evidence >= least[band].evidence && evidence->fit >= least[band].fit)
            return (qiao_band)band;
    return QIAO_BAND_NONE;
}
