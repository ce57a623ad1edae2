/* A table of names and minutes, under one lock; a note that changes nothing takes no more than finding its row. */
#include "key_use.h"

#include "qiao/file.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS 8192u /* keys; of those past it the use is not known */
#define FILE_MAX ((size_t)1 << 20)

typedef struct key_use {
    char name[QIAOI_KEY_NAME_SIZE]; /* "" = free */
    uint32_t minute;                /* since 1970 */
} key_use;

struct qiaoi_key_uses {
    pthread_mutex_t lock;
    char path[4200];
    bool changed;
    key_use rows[ROWS];
};

/* The row of that name, or a free one; NULL: all are taken. */
static key_use *
find(qiaoi_key_uses *uses, const char *name)
{
    size_t at = (size_t)(qiao_hash64(name, strlen(name), 0) % ROWS);

    for (size_t i = 0; i < ROWS; i++, at = (at + 1) % ROWS)
        if (uses->rows[at].name[0] == '\0' || strcmp(uses->rows[at].name, name) == 0)
            return &uses->rows[at];
    return NULL;
}

static void
note(qiaoi_key_uses *uses, const char *name, uint32_t minute)
{
    key_use *row;

    pthread_mutex_lock(&uses->lock);
    row = find(uses, name);
    if (row != NULL && row->minute < minute) {
        snprintf(row->name, sizeof row->name, "%s", name);
        row->minute = minute;
        uses->changed = true;
    }
    pthread_mutex_unlock(&uses->lock);
}

/* Lines "NAME<TAB>MINUTES". */
static void
read_lines(qiaoi_key_uses *uses, char *text)
{
    char *next;

    for (char *line = text; *line != '\0'; line = next) {
        size_t length = strcspn(line, "\n");
        char *tab;
        unsigned long minute;

        next = line + length + (line[length] == '\n');
        line[length] = '\0';
        tab = strchr(line, '\t');
        minute = tab != NULL ? strtoul(tab + 1, NULL, 10) : 0;
        if (tab == NULL || tab - line != QIAOI_KEY_NAME_SIZE - 1 || minute == 0 || minute > UINT32_MAX)
            continue;
        *tab = '\0';
        note(uses, line, (uint32_t)minute);
    }
}

qiaoi_key_uses *
qiaoi_key_uses_open(const char *data_dir)
{
    qiaoi_key_uses *uses = qiao_calloc(1, sizeof *uses);
    qiao_buffer text = {0};

    if (uses == NULL)
        return NULL;
    pthread_mutex_init(&uses->lock, NULL);
    snprintf(uses->path, sizeof uses->path, "%.4000s/key_use.tsv", data_dir);
    if (qiao_file_read(uses->path, FILE_MAX, &text, NULL) == QIAO_OK && text.length != 0)
        read_lines(uses, text.data);
    qiao_buffer_done(&text);
    uses->changed = false;
    return uses;
}

void
qiaoi_key_uses_free(qiaoi_key_uses *uses)
{
    if (uses == NULL)
        return;
    pthread_mutex_destroy(&uses->lock);
    qiao_free(uses);
}

void
qiaoi_key_use_note(qiaoi_key_uses *uses, const char *key)
{
    note(uses, key, (uint32_t)(time(NULL) / 60));
}

qiao_status
qiaoi_key_uses_write(qiaoi_key_uses *uses, qiao_error *err)
{
    qiao_buffer text = {0};
    qiao_status status;
    bool changed;

    pthread_mutex_lock(&uses->lock);
    changed = uses->changed;
    uses->changed = false;
    for (size_t i = 0; changed && i < ROWS; i++)
        if (uses->rows[i].name[0] != '\0')
            qiao_buffer_printf(&text, "%s\t%u\n", uses->rows[i].name, uses->rows[i].minute);
    pthread_mutex_unlock(&uses->lock);
    if (!changed)
        return QIAO_OK;
    status = qiao_buffer_check(&text, err);
    if (status == QIAO_OK)
        status = qiao_file_write_atomic(uses->path, text.data, text.length, err);
    qiao_buffer_done(&text);
    return status;
}

void
qiaoi_key_use_get(qiaoi_key_uses *uses, const char *key, char out[21])
{
    const key_use *row;
    struct tm parts;
    time_t at;

    out[0] = '\0';
    pthread_mutex_lock(&uses->lock);
    row = find(uses, key);
    at = row != NULL ? (time_t)row->minute * 60 : 0;
    pthread_mutex_unlock(&uses->lock);
    if (at != 0 && gmtime_r(&at, &parts) != NULL)
        strftime(out, 21, "%Y-%m-%dT%H:%MZ", &parts);
}
