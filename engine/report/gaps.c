/* The matrix: see qiao/gaps.h. */
#include "report/gaps.h"

#include <string.h>

#define WANTED_WORDS 4u /* countries, or parks, as bits */

typedef struct cell {
    uint32_t needs, needs_without, supply, supply_without;
} cell;

typedef struct matrix {
    const qiao_gaps_options *options;
    const qiao_survey *survey;
    const qiaoi_codebook *book; /* of the rows */
    uint16_t park, country;     /* 0 = all */
    size_t rows, columns;       /* with unknown, number 0 */
    cell *cells;
    uint64_t *parks_that_want; /* masks by project: bit of the need's park, 0 being unknown */
} matrix;

uint16_t
qiaoi_gaps_number(const qiaoi_codebook *book, const char *code)
{
    uint16_t number = code == NULL ? 0 : qiaoi_codebook_find(book, code, strlen(code));

    return code != NULL && number == 0 ? UINT16_MAX : number;
}

bool
qiaoi_gaps_need_counts(const qiao_survey *survey, const qiaoi_surveyed_need *need, uint16_t park)
{
    (void)survey;
    return need->open && (park == 0 || need->park == park);
}

size_t
qiaoi_gaps_columns(uint64_t fields, uint16_t columns[64])
{
    size_t count = 0;

    for (; fields != 0; fields &= fields - 1)
        columns[count++] = (uint16_t)(__builtin_ctzll(fields) + 1);
    if (count == 0)
        columns[count++] = 0;
    return count;
}

/* ---- counting ---- */

static cell *
cell_at(const matrix *m, size_t row, size_t column)
{
    return &m->cells[row * m->columns + column];
}

static bool
project_counts(const matrix *m, const qiaoi_surveyed_project *project)
{
    return project->open && (m->country == 0 || project->country == m->country);
}

static void
mark_wanted(matrix *m)
{
    for (uint32_t n = 0; n < m->survey->need_count; n++) {
        const qiaoi_surveyed_need *need = &m->survey->needs[n];

        if (qiaoi_gaps_need_counts(m->survey, need, m->park))
            for (uint32_t i = need->first; i < need->first + need->count; i++)
                m->parks_that_want[m->survey->pairs[i].project] |= UINT64_C(1) << (need->park & 63);
    }
}

static void
count_project(matrix *m, const qiaoi_surveyed_project *project, uint64_t wanted)
{
    uint16_t columns[64];
    size_t count = qiaoi_gaps_columns(project->fields, columns);

    for (size_t c = 0; c < count; c++) {
        if (m->options->by_country) {
            cell *at = cell_at(m, project->country, columns[c]);

            at->supply++;
            at->supply_without += wanted == 0;
            continue;
        }
        for (size_t park = 0; park < m->rows; park++) {
            cell *at = cell_at(m, park, columns[c]);

            at->supply++;
            at->supply_without += (wanted >> (park & 63) & 1u) == 0;
        }
    }
}

/* Which countries have something for the need. */
static void
countries_of(const matrix *m, const qiaoi_surveyed_need *need, uint64_t words[WANTED_WORDS])
{
    memset(words, 0, WANTED_WORDS * sizeof *words);
    for (uint32_t i = need->first; i < need->first + need->count; i++) {
        uint16_t country = m->survey->projects[m->survey->pairs[i].project].country;

        if (country < 64 * WANTED_WORDS)
            words[country >> 6] |= UINT64_C(1) << (country & 63);
    }
}

static bool
has_any(const uint64_t words[WANTED_WORDS], uint16_t country)
{
    if (country == 0)
        return (words[0] | words[1] | words[2] | words[3]) != 0;
    return country < 64 * WANTED_WORDS && (words[country >> 6] >> (country & 63) & 1u) != 0;
}

static void
count_need(matrix *m, const qiaoi_surveyed_need *need)
{
    uint64_t words[WANTED_WORDS];
    uint16_t columns[64];
    size_t count = qiaoi_gaps_columns(need->fields, columns);

    countries_of(m, need, words);
    for (size_t c = 0; c < count; c++) {
        if (!m->options->by_country) {
            cell *at = cell_at(m, need->park, columns[c]);

            at->needs++;
            at->needs_without += !has_any(words, m->country);
            continue;
        }
        for (size_t country = 0; country < m->rows; country++) {
            cell *at = cell_at(m, country, columns[c]);

            at->needs++;
            at->needs_without += country == 0 ? (words[0] & 1u) == 0 : !has_any(words, (uint16_t)country);
        }
    }
}

static void
count_all(matrix *m)
{
    mark_wanted(m);
    for (uint32_t d = 0; d < m->survey->project_count; d++)
        if (project_counts(m, &m->survey->projects[d]))
            count_project(m, &m->survey->projects[d], m->parks_that_want[d]);
    for (uint32_t n = 0; n < m->survey->need_count; n++)
        if (qiaoi_gaps_need_counts(m->survey, &m->survey->needs[n], m->park))
            count_need(m, &m->survey->needs[n]);
}

/* ---- writing ---- */

void
qiaoi_gaps_name_json(const qiaoi_codebook *book, uint16_t number, qiao_buffer *out)
{
    const qiaoi_codebook_entry *entry = number == 0 ? NULL : &book->entries[number - 1];

    if (entry == NULL) {
        qiao_buffer_text(out, "\"code\":null,\"zh\":\"未知\",\"en\":\"Unknown\"");
        return;
    }
    qiao_buffer_text(out, "\"code\":");
    qiao_buffer_json_string(out, entry->code, strlen(entry->code));
    qiao_buffer_text(out, ",\"zh\":");
    qiao_buffer_json_string(out, entry->zh, strlen(entry->zh));
    qiao_buffer_text(out, ",\"en\":");
    qiao_buffer_json_string(out, entry->en, strlen(entry->en));
}

/* Names of vocabularies hold no quotation marks and begin with no sign. */
void
qiaoi_gaps_name_csv(const qiaoi_codebook *book, uint16_t number, qiao_buffer *out)
{
    if (number == 0)
        qiao_buffer_text(out, "unknown,未知,Unknown");
    else
        qiao_buffer_printf(out, "%s,\"%s\",\"%s\"", book->entries[number - 1].code, book->entries[number - 1].zh,
                           book->entries[number - 1].en);
}

static void
write_text(qiao_buffer *out, const char *name, const char *text)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    if (text == NULL)
        qiao_buffer_text(out, "null");
    else
        qiao_buffer_json_string(out, text, strlen(text));
}

void
qiaoi_gaps_begin_json(const qiao_gaps_options *options, qiao_buffer *out)
{
    qiao_buffer_printf(out, "{\"generation\":\"gen-%010llu\"",
                       (unsigned long long)(qiao_survey_generation(options->survey) % 10000000000u));
    write_text(out, "park", options->park);
    write_text(out, "country", options->country);
}

/* A country that has nothing is no row: there are two hundred of them. */
static bool
is_row(const matrix *m, size_t row)
{
    uint32_t supply = 0, needs = 0;

    if (row == 0 || m->options->by_country) {
        for (size_t c = 0; c < m->columns; c++) {
            supply += cell_at(m, row, c)->supply;
            needs += cell_at(m, row, c)->needs;
        }
        return m->options->by_country ? supply > 0 || (row > 0 && row == m->country) : needs > 0;
    }
    return m->park == 0 || row == m->park;
}

static bool
is_empty(const cell *at)
{
    return at->needs == 0 && at->supply == 0;
}

static void
write_row_json(const matrix *m, size_t row, qiao_buffer *out)
{
    const char *between = "";

    qiao_buffer_char(out, '{');
    qiaoi_gaps_name_json(m->book, (uint16_t)row, out);
    qiao_buffer_text(out, ",\"cells\":[");
    for (size_t c = 1; c <= m->columns; c++) {
        const cell *at = cell_at(m, row, c % m->columns); /* unknown last */

        if (is_empty(at))
            continue;
        qiao_buffer_printf(out, "%s{\"field\":", between);
        if (c == m->columns)
            qiao_buffer_text(out, "null");
        else
            qiao_buffer_printf(out, "\"%s\"", m->survey->fields.entries[c - 1].code);
        qiao_buffer_printf(out, ",\"needs\":%u,\"needs_without_supply\":%u,\"supply\":%u,\"supply_without_needs\":%u}",
                           (unsigned)at->needs, (unsigned)at->needs_without, (unsigned)at->supply,
                           (unsigned)at->supply_without);
        between = ",";
    }
    qiao_buffer_text(out, "]}");
}

static void
write_row_csv(const matrix *m, size_t row, qiao_buffer *out)
{
    for (size_t c = 1; c <= m->columns; c++) {
        const cell *at = cell_at(m, row, c % m->columns);

        if (is_empty(at))
            continue;
        qiaoi_gaps_name_csv(m->book, (uint16_t)row, out);
        qiao_buffer_char(out, ',');
        qiaoi_gaps_name_csv(&m->survey->fields, (uint16_t)(c % m->columns), out);
        qiao_buffer_printf(out, ",%u,%u,%u,%u\r\n", (unsigned)at->needs, (unsigned)at->needs_without,
                           (unsigned)at->supply, (unsigned)at->supply_without);
    }
}

static void
write_json(const matrix *m, qiao_buffer *out)
{
    const char *between = "";

    qiaoi_gaps_begin_json(m->options, out);
    qiao_buffer_printf(out, ",\"rows\":\"%s\",\"fields\":[", m->options->by_country ? "country" : "park");
    for (size_t c = 1; c <= m->columns; c++) {
        qiao_buffer_text(out, c == 1 ? "{" : ",{");
        qiaoi_gaps_name_json(&m->survey->fields, (uint16_t)(c % m->columns), out);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_text(out, "],\"items\":[");
    for (size_t r = 1; r <= m->rows; r++)
        if (is_row(m, r % m->rows)) {
            qiao_buffer_text(out, between);
            write_row_json(m, r % m->rows, out);
            between = ",";
        }
    qiao_buffer_text(out, "]}");
}

static void
write_csv(const matrix *m, qiao_buffer *out)
{
    qiao_buffer_printf(out,
                       "\xef\xbb\xbf%s,zh,en,field,field zh,field en,企业需求 Needs,无项目的需求 Needs without "
                       "supply,海外项目 Projects,无需求的项目 Projects without need\r\n",
                       m->options->by_country ? "country" : "park");
    for (size_t r = 1; r <= m->rows; r++)
        if (is_row(m, r % m->rows))
            write_row_csv(m, r % m->rows, out);
}

qiao_status
qiao_gaps_write(const qiao_gaps_options *options, qiao_buffer *out, qiao_error *err)
{
    matrix m = {.options = options,
                .survey = options->survey,
                .book = options->by_country ? &options->survey->countries : &options->survey->parks,
                .park = qiaoi_gaps_number(&options->survey->parks, options->park),
                .country = qiaoi_gaps_number(&options->survey->countries, options->country),
                .columns = (options->survey->fields.count < 64 ? options->survey->fields.count : 64) + 1};
    qiao_status st = QIAO_OK;

    m.rows = m.book->count + 1;
    m.cells = qiao_calloc(m.rows * m.columns, sizeof *m.cells);
    m.parks_that_want = qiao_calloc((size_t)m.survey->project_count + 1, sizeof *m.parks_that_want);
    if (m.cells == NULL || m.parks_that_want == NULL)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK) {
        count_all(&m);
        (options->csv ? write_csv : write_json)(&m, out);
        st = qiao_buffer_check(out, err);
    }
    qiao_free(m.cells);
    qiao_free(m.parks_that_want);
    return st;
}
