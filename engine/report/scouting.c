/* The list for those who scout abroad: see qiao/gaps.h. */
#include "report/gaps.h"

#include <stdlib.h>
#include <string.h>

/* One field as one country sees it. */
typedef struct wish {
    uint16_t field;
    uint32_t open, linked, supply; /* needs without supply; of them, of parks linked with the country; its projects */
    uint64_t measures;
    uint32_t needs[QIAO_SCOUTING_NEEDS]; /* docids, linked ones first */
    uint32_t named, named_linked;
} wish;

/* A country of the list, and what makes it matter. */
typedef struct place {
    uint16_t country;
    uint32_t linked, supply; /* needs without supply of parks linked with it; its projects */
} place;

typedef struct scouting {
    const qiao_gaps_options *options;
    const qiao_survey *survey;
    uint16_t park, country; /* 0 = all */
    uint32_t *open_needs;   /* docids of the needs without any supply */
    size_t open_count;
    uint32_t *supply; /* by country * columns + field */
    size_t columns;
    wish wishes[65];
    uint64_t measures_told; /* those that the list names */
    place *places;          /* the countries told, in their order */
    size_t place_count;
} scouting;

static void
find_open(scouting *s)
{
    for (uint32_t n = 0; n < s->survey->need_count; n++)
        if (qiaoi_gaps_need_counts(s->survey, &s->survey->needs[n], s->park) && s->survey->needs[n].count == 0)
            s->open_needs[s->open_count++] = n;
}

static void
count_supply(scouting *s)
{
    uint16_t columns[64];

    for (uint32_t d = 0; d < s->survey->project_count; d++) {
        const qiaoi_surveyed_project *project = &s->survey->projects[d];
        size_t count = project->open ? qiaoi_gaps_columns(project->fields, columns) : 0;

        for (size_t c = 0; c < count; c++)
            s->supply[project->country * s->columns + columns[c]]++;
    }
}

/* ---- one country ---- */

static uint64_t
link_of(const scouting *s, uint16_t park, uint16_t country)
{
    return s->survey->park_country_measures[park * (s->survey->countries.count + 1) + country];
}

static void
name_need(wish *w, uint32_t need, bool linked)
{
    uint32_t at = linked ? w->named_linked : w->named;

    if (at >= QIAO_SCOUTING_NEEDS)
        return;
    if (w->named < QIAO_SCOUTING_NEEDS)
        w->named++;
    memmove(w->needs + at + 1, w->needs + at, (w->named - 1 - at) * sizeof *w->needs);
    w->needs[at] = need;
    w->named_linked += linked;
}

static void
wish_for(scouting *s, uint16_t country, uint32_t docid)
{
    const qiaoi_surveyed_need *need = &s->survey->needs[docid];
    uint64_t link = link_of(s, need->park, country);
    uint16_t columns[64];
    size_t count = qiaoi_gaps_columns(need->fields, columns);

    for (size_t c = 0; c < count; c++) {
        wish *w = &s->wishes[columns[c]];

        w->open++;
        w->linked += link != 0;
        w->measures |= link | need->measures | s->survey->country_measures[country];
        name_need(w, docid, link != 0);
    }
}

static int
compare(const void *a, const void *b)
{
    const wish *x = a, *y = b;

    if ((x->field == 0) != (y->field == 0))
        return x->field == 0 ? 1 : -1; /* nobody can look for what is not known */
    if (x->linked != y->linked)
        return x->linked > y->linked ? -1 : 1;
    if (x->open != y->open)
        return x->open > y->open ? -1 : 1;
    if (x->supply != y->supply)
        return x->supply < y->supply ? -1 : 1;
    return x->field < y->field ? -1 : x->field > y->field;
}

/* Fills the wishes of a country, the most wanting first; returns how many are told. */
static size_t
gather(scouting *s, uint16_t country)
{
    size_t count = 0;

    memset(s->wishes, 0, sizeof s->wishes);
    for (size_t f = 0; f < s->columns; f++) {
        s->wishes[f].field = (uint16_t)f;
        s->wishes[f].supply = s->supply[country * s->columns + f];
    }
    for (size_t i = 0; i < s->open_count; i++)
        wish_for(s, country, s->open_needs[i]);
    qsort(s->wishes, s->columns, sizeof *s->wishes, compare);
    while (count < s->columns && count < QIAO_SCOUTING_FIELDS && s->wishes[count].open > 0)
        count++;
    return count;
}

static bool
is_told(const scouting *s, uint16_t country)
{
    bool told = false;

    if (s->country != 0)
        return country == s->country;
    for (size_t f = 0; f < s->columns; f++)
        told = told || s->supply[country * s->columns + f] > 0;
    for (uint16_t park = 1; park <= s->survey->parks.count; park++)
        told = told || link_of(s, park, country) != 0;
    return told;
}

/* ---- the order of the countries ---- */

/* A need without supply is without it in every country: what differs is whose parks ask, and what there is to begin
 * with. */
static int
compare_places(const void *a, const void *b)
{
    const place *x = a, *y = b;

    if (x->linked != y->linked)
        return x->linked > y->linked ? -1 : 1;
    if (x->supply != y->supply)
        return x->supply > y->supply ? -1 : 1;
    return x->country < y->country ? -1 : x->country > y->country;
}

static void
order_places(scouting *s)
{
    for (uint16_t country = 1; country <= s->survey->countries.count; country++) {
        place *at = &s->places[s->place_count];

        if (!is_told(s, country))
            continue;
        *at = (place){.country = country};
        for (size_t i = 0; i < s->open_count; i++)
            at->linked += link_of(s, s->survey->needs[s->open_needs[i]].park, country) != 0;
        for (uint32_t d = 0; d < s->survey->project_count; d++)
            at->supply += s->survey->projects[d].open && s->survey->projects[d].country == country;
        s->place_count++;
    }
    qsort(s->places, s->place_count, sizeof *s->places, compare_places);
}

/* ---- writing ---- */

static void
write_measures(const scouting *s, uint64_t measures, const char *quote, const char *between, qiao_buffer *out)
{
    const char *comma = "";

    for (; measures != 0; measures &= measures - 1) {
        qiao_buffer_printf(out, "%s%s%s%s", comma, quote, s->survey->measures.entries[__builtin_ctzll(measures)].code,
                           quote);
        comma = between;
    }
}

static void
write_wish_json(scouting *s, const wish *w, qiao_buffer *out)
{
    qiao_buffer_char(out, '{');
    qiaoi_gaps_name_json(&s->survey->fields, w->field, out);
    qiao_buffer_printf(out, ",\"needs_without_supply\":%u,\"of_linked_parks\":%u,\"supply\":%u,\"measures\":[",
                       (unsigned)w->open, (unsigned)w->linked, (unsigned)w->supply);
    write_measures(s, w->measures, "\"", ",", out);
    qiao_buffer_text(out, "],\"needs\":[");
    for (uint32_t i = 0; i < w->named; i++) {
        const char *id = qiao_generation_id(s->survey->generation, QIAO_NEED, w->needs[i]);

        qiao_buffer_text(out, i == 0 ? "" : ",");
        qiao_buffer_json_string(out, id, strlen(id));
    }
    qiao_buffer_text(out, "]}");
    s->measures_told |= w->measures;
}

static void
write_country_json(scouting *s, const place *told, qiao_buffer *out)
{
    size_t count = gather(s, told->country);

    qiao_buffer_char(out, '{');
    qiaoi_gaps_name_json(&s->survey->countries, told->country, out);
    qiao_buffer_printf(out, ",\"of_linked_parks\":%u,\"supply\":%u,\"fields\":[", (unsigned)told->linked,
                       (unsigned)told->supply);
    for (size_t i = 0; i < count; i++) {
        qiao_buffer_text(out, i == 0 ? "" : ",");
        write_wish_json(s, &s->wishes[i], out);
    }
    qiao_buffer_text(out, "]}");
}

static void
write_json(scouting *s, qiao_buffer *out)
{
    qiaoi_gaps_begin_json(s->options, out);
    qiao_buffer_printf(out, ",\"basis\":\"20\",\"needs_without_supply\":%zu,\"countries\":[", s->open_count);
    for (size_t i = 0; i < s->place_count; i++) {
        qiao_buffer_text(out, i == 0 ? "" : ",");
        write_country_json(s, &s->places[i], out);
    }
    qiao_buffer_text(out, "],\"measures\":[");
    for (uint16_t m = 1; m <= s->survey->measures.count && m <= 64; m++)
        if ((s->measures_told >> (m - 1) & 1u) != 0) {
            qiao_buffer_text(out, (s->measures_told & ((UINT64_C(1) << (m - 1)) - 1)) == 0 ? "{" : ",{");
            qiaoi_gaps_name_json(&s->survey->measures, m, out);
            qiao_buffer_char(out, '}');
        }
    qiao_buffer_text(out, "]}");
}

static void
write_country_csv(scouting *s, uint16_t country, qiao_buffer *out)
{
    size_t count = gather(s, country);

    for (size_t i = 0; i < count; i++) {
        const wish *w = &s->wishes[i];

        qiaoi_gaps_name_csv(&s->survey->countries, country, out);
        qiao_buffer_char(out, ',');
        qiaoi_gaps_name_csv(&s->survey->fields, w->field, out);
        qiao_buffer_printf(out, ",%u,%u,%u,", (unsigned)w->open, (unsigned)w->linked, (unsigned)w->supply);
        write_measures(s, w->measures, "", " ", out);
        qiao_buffer_text(out, "\r\n");
    }
}

static void
write_csv(scouting *s, qiao_buffer *out)
{
    qiao_buffer_text(out,
                     "\xef\xbb\xbf"
                     "country,zh,en,field,field zh,field en,无项目的需求 Needs without supply,其中挂钩园区 Of linked "
                     "parks,该国项目 Projects of the country,政策举措 Measures\r\n");
    for (size_t i = 0; i < s->place_count; i++)
        write_country_csv(s, s->places[i].country, out);
}

qiao_status
qiao_scouting_write(const qiao_gaps_options *options, qiao_buffer *out, qiao_error *err)
{
    const qiao_survey *survey = options->survey;
    scouting *s = qiao_calloc(1, sizeof *s);
    qiao_status st = QIAO_OK;

    if (s == NULL)
        return qiao_fail_memory(err);
    *s = (scouting){.options = options,
                    .survey = survey,
                    .park = qiaoi_gaps_number(&survey->parks, options->park),
                    .country = qiaoi_gaps_number(&survey->countries, options->country),
                    .columns = (survey->fields.count < 64 ? survey->fields.count : 64) + 1};
    s->open_needs = qiao_calloc((size_t)survey->need_count + 1, sizeof *s->open_needs);
    s->supply = qiao_calloc((survey->countries.count + 1) * s->columns, sizeof *s->supply);
    s->places = qiao_calloc((size_t)survey->countries.count + 1, sizeof *s->places);
    if (s->open_needs == NULL || s->supply == NULL || s->places == NULL)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK) {
        find_open(s);
        count_supply(s);
        order_places(s);
        (options->csv ? write_csv : write_json)(s, out);
        st = qiao_buffer_check(out, err);
    }
    qiao_free(s->open_needs);
    qiao_free(s->supply);
    qiao_free(s->places);
    qiao_free(s);
    return st;
}
