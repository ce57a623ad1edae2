/* The checks of concepts.h, one function each. */
#include "lexicon/compile/concepts.h"

#include "qiao/file.h"

#include <stdlib.h>
#include <string.h>

#define BROADER_DEPTH_MAX 64u

typedef struct lint {
    const concept_list *list;
    qiao_buffer fields; /* "\nCODE\n..." */
    qiao_buffer *out;
    size_t errors, warnings;
} lint;

typedef struct bearer { /* a name and the concept that bears it */
    const char *text;
    size_t length;
    const concept *item;
    int column;
} bearer;

static void
complain(lint *l, const concept *item, const char *what, const char *value, size_t length)
{
    qiao_buffer_printf(l->out, "%s:%zu: %s: %s%.*s\n", item->file, item->line, item->column[ID], what, (int)length,
                       value);
    l->errors++;
}

/* ---- fields ---- */

static qiao_status
read_fields(lint *l, const char *path, qiao_error *err)
{
    qiao_buffer file = {0};
    qiao_status st = qiao_file_read(path, 0, &file, err);

    qiao_buffer_char(&l->fields, '\n');
    for (const char *line = st == QIAO_OK ? file.data : NULL; line != NULL && *line != '\0';) {
        size_t end = strcspn(line, "\n");

        if (*line != '#') {
            qiao_buffer_append(&l->fields, line, strcspn(line, "\t\n"));
            qiao_buffer_char(&l->fields, '\n');
        }
        line += end + (line[end] == '\n');
    }
    qiao_buffer_done(&file);
    return st == QIAO_OK ? qiao_buffer_check(&l->fields, err) : st;
}

static void
check_field(lint *l, const concept *item)
{
    const char *field = item->column[FIELD], *at = l->fields.data;
    size_t n = strlen(field);

    if (n == 0) {
        complain(l, item, "has no field", "", 0);
        return;
    }
    while ((at = strstr(at, field)) != NULL) {
        if (at[-1] == '\n' && at[n] == '\n')
            return;
        at++;
    }
    complain(l, item, "its field is not in the vocabulary: ", field, n);
}

/* ---- references ---- */

static void
check_references(lint *l, const concept *item, int column, const char *what)
{
    for (const char *at = item->column[column]; *at != '\0';) {
        size_t n = strcspn(at, "|");
        const concept *other = n > 0 ? concepts_find(l->list, at, n) : NULL;

        if (n > 0 && other == NULL)
            complain(l, item, what, at, n);
        else if (other != NULL && strcmp(other->column[ID], item->column[ID]) == 0)
            complain(l, item, "refers to itself", "", 0);
        at += n + (at[n] == '|');
    }
}

/* Does the way up through the broader concepts come back to where it began? */
static bool
leads_back(const lint *l, const concept *from, const concept *target, unsigned depth)
{
    if (depth > BROADER_DEPTH_MAX)
        return true;
    for (const char *at = from->column[BROADER]; *at != '\0';) {
        size_t n = strcspn(at, "|");
        const concept *other = n > 0 ? concepts_find(l->list, at, n) : NULL;

        if (other != NULL && other != from && (other == target || leads_back(l, other, target, depth + 1)))
            return true;
        at += n + (at[n] == '|');
    }
    return false;
}

/* ---- names ---- */

static int
compare_bearers(const void *a, const void *b)
{
    const bearer *x = a, *y = b;
    size_t n = x->length < y->length ? x->length : y->length;
    int order = memcmp(x->text, y->text, n);

    if (order != 0 || x->length != y->length)
        return order != 0 ? order : x->length < y->length ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static size_t
gather(const concept_list *list, const int columns[2], bearer *out)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        for (int c = 0; c < 2; c++)
            for (const char *at = list->items[i].column[columns[c]]; *at != '\0';) {
                size_t n = strcspn(at, "|");

                if (n > 0) {
                    if (out != NULL)
                        out[count] = (bearer){at, n, &list->items[i], columns[c]};
                    count++;
                }
                at += n + (at[n] == '|');
            }
    return count;
}

/* Two preferred names that are one are a mistake; an alternative name may be meant in two ways, which is told. */
static void
check_pair(lint *l, const bearer *a, const bearer *b, int preferred)
{
    if (a->length != b->length || memcmp(a->text, b->text, a->length) != 0)
        return;
    if (a->item == b->item) {
        complain(l, a->item, "has a name twice: ", a->text, a->length);
    } else if (a->column == preferred && b->column == preferred) {
        complain(l, b->item, "its preferred name is that of another concept too: ", b->text, b->length);
    } else {
        qiao_buffer_printf(l->out, "%s:%zu: %s: warning: %s (%s:%zu) bears the name too: %.*s\n", b->item->file,
                           b->item->line, b->item->column[ID], a->item->column[ID], a->item->file, a->item->line,
                           (int)b->length, b->text);
        l->warnings++;
    }
}

static qiao_status
check_names(lint *l, int preferred, int alternative, qiao_error *err)
{
    const int columns[2] = {preferred, alternative};
    size_t count = gather(l->list, columns, NULL);
    bearer *names = qiao_alloc((count + 1) * sizeof *names);

    if (names == NULL)
        return qiao_fail_memory(err);
    gather(l->list, columns, names);
    qsort(names, count, sizeof *names, compare_bearers);
    for (size_t i = 1; i < count; i++)
        check_pair(l, &names[i - 1], &names[i], preferred);
    qiao_free(names);
    return QIAO_OK;
}

qiao_status
concepts_lint(const concept_list *list, const char *field_file, qiao_buffer *out, size_t *errors_out,
              size_t *warnings_out, qiao_error *err)
{
    lint l = {.list = list, .out = out};
    qiao_status st = read_fields(&l, field_file, err);

    for (size_t i = 0; st == QIAO_OK && i < list->count; i++) {
        const concept *item = &list->items[i];

        if (i > 0 && strcmp(list->items[i - 1].column[ID], item->column[ID]) == 0)
            complain(&l, item, "its id stands twice", "", 0);
        check_field(&l, item);
        check_references(&l, item, BROADER, "its broader concept is not there: ");
        check_references(&l, item, RELATED, "a related concept is not there: ");
        if (leads_back(&l, item, item, 0))
            complain(&l, item, "its broader concepts lead back to it", "", 0);
    }
    if (st == QIAO_OK)
        st = check_names(&l, ZH, ZH_ALT, err);
    if (st == QIAO_OK)
        st = check_names(&l, EN, EN_ALT, err);
    qiao_buffer_done(&l.fields);
    *errors_out = l.errors;
    *warnings_out = l.warnings;
    return st == QIAO_OK ? qiao_buffer_check(out, err) : st;
}
