/* ZIP archives over libzip: see zip_file.h. */
#include "zip_file.h"

#include <string.h>
#include <unistd.h>
#include <zip.h>

struct qiaoi_zip {
    zip_t *archive;
    const char *name;
    uint64_t count;
};

struct qiaoi_zip_member {
    zip_file_t *file;
    const qiaoi_zip *zip;
    const char *name;
    uint64_t packed, size, read;
};

/* A path that would leave the folder it is unpacked in. Nothing is unpacked here, but who makes such names means harm.
 */
static bool
leads_out(const char *name)
{
    if (*name == '/' || *name == '\\' || (name[0] != '\0' && name[1] == ':'))
        return true;
    while (*name != '\0') {
        size_t n = strcspn(name, "/\\");

        if (n == 2 && memcmp(name, "..", 2) == 0)
            return true;
        name += n + (name[n] != '\0' ? 1 : 0);
    }
    return false;
}

static qiao_status
check_names(const qiaoi_zip *zip, qiao_error *err)
{
    for (uint64_t i = 0; i < zip->count; i++) {
        if (leads_out(qiaoi_zip_name(zip, i)))
            return qiao_fail(err, QIAO_E_INPUT, "%s holds a member whose name leads out of it: %.80s", zip->name,
                             qiaoi_zip_name(zip, i));
    }
    return QIAO_OK;
}

/* ZIP_CHECKCONS would refuse archives that others wrote in good faith; damage shows when members are read. */
static qiao_status
open_archive(qiaoi_zip *zip, int fd, qiao_error *err)
{
    int code = 0;
    zip_int64_t count;

    zip->archive = zip_fdopen(fd, 0, &code);
    if (zip->archive == NULL) {
        close(fd);
        if (code == ZIP_ER_MEMORY)
            return qiao_fail_memory(err);
        qiao_fail(err, QIAO_E_INPUT, "%s is a damaged or incomplete ZIP or Excel (.xlsx) file", zip->name);
        qiao_error_hint(err,
                        "fetch or copy the file again, then import it again; what was already there stays as it is");
        return QIAO_E_INPUT;
    }
    count = zip_get_num_entries(zip->archive, 0);
    if (count < 0 || (uint64_t)count > QIAOI_ZIP_MEMBERS_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "%s holds more than %u members", zip->name, QIAOI_ZIP_MEMBERS_MAX);
    zip->count = (uint64_t)count;
    return check_names(zip, err);
}

qiao_status
qiaoi_zip_open(int fd, const char *name, qiaoi_zip **out, qiao_error *err)
{
    qiaoi_zip *zip = qiao_calloc(1, sizeof *zip);
    qiao_status status;

    *out = NULL;
    if (zip == NULL) {
        close(fd);
        return qiao_fail_memory(err);
    }
    zip->name = name;
    status = open_archive(zip, fd, err);
    if (status != QIAO_OK) {
        qiaoi_zip_close(zip);
        return status;
    }
    *out = zip;
    return QIAO_OK;
}

void
qiaoi_zip_close(qiaoi_zip *zip)
{
    if (zip == NULL)
        return;
    if (zip->archive != NULL)
        zip_discard(zip->archive);
    qiao_free(zip);
}

uint64_t
qiaoi_zip_count(const qiaoi_zip *zip)
{
    return zip->count;
}

const char *
qiaoi_zip_name(const qiaoi_zip *zip, uint64_t index)
{
    const char *name = zip_get_name(zip->archive, index, ZIP_FL_ENC_GUESS);

    return name != NULL ? name : "";
}

bool
qiaoi_zip_find(const qiaoi_zip *zip, const char *name, uint64_t *index_out)
{
    zip_int64_t found = zip_name_locate(zip->archive, name, 0);

    if (found < 0)
        found = zip_name_locate(zip->archive, name, ZIP_FL_NODIR | ZIP_FL_NOCASE);
    *index_out = found < 0 ? 0 : (uint64_t)found;
    return found >= 0;
}

qiao_status
qiaoi_zip_member_open(qiaoi_zip *zip, uint64_t index, qiaoi_zip_member **out, qiao_error *err)
{
    qiaoi_zip_member *member = qiao_calloc(1, sizeof *member);
    zip_stat_t facts;

    *out = NULL;
    if (member == NULL)
        return qiao_fail_memory(err);
    member->zip = zip;
    member->name = qiaoi_zip_name(zip, index);
    zip_stat_init(&facts);
    if (zip_stat_index(zip->archive, index, 0, &facts) == 0 && (facts.valid & ZIP_STAT_SIZE) != 0 &&
        (facts.valid & ZIP_STAT_COMP_SIZE) != 0) {
        member->packed = facts.comp_size;
        member->size = facts.size;
        member->file = zip_fopen_index(zip->archive, index, 0);
    }
    if (member->file == NULL) {
        qiao_fail(err, QIAO_E_INPUT, "%s: its member %.80s cannot be read: %s", zip->name, member->name,
                  zip_strerror(zip->archive));
        qiao_free(member);
        return QIAO_E_INPUT;
    }
    *out = member;
    return QIAO_OK;
}

void
qiaoi_zip_member_close(qiaoi_zip_member *member)
{
    if (member == NULL)
        return;
    zip_fclose(member->file);
    qiao_free(member);
}

static bool
is_bomb(const qiaoi_zip_member *member)
{
    return member->read > QIAOI_ZIP_MEMBER_MAX ||
           (member->read > QIAOI_ZIP_RATIO_FREE && member->read / QIAOI_ZIP_RATIO_MAX > member->packed);
}

qiao_status
qiaoi_zip_member_read(qiaoi_zip_member *member, char *out, size_t size, size_t *length_out, qiao_error *err)
{
    zip_int64_t n = zip_fread(member->file, out, size);

    *length_out = 0;
    if (n < 0)
        return qiao_fail(err, QIAO_E_INPUT, "%s: its member %.80s is damaged: %s", member->zip->name, member->name,
                         zip_file_strerror(member->file));
    member->read += (uint64_t)n;
    if (is_bomb(member))
        return qiao_fail(err, QIAO_E_LIMIT, "%s: its member %.80s unpacks to more than is read from such a file",
                         member->zip->name, member->name);
    if (n == 0 ? member->read < member->size : member->read > member->size)
        return qiao_fail(err, QIAO_E_INPUT, "%s: its member %.80s has not the size that the archive says",
                         member->zip->name, member->name);
    *length_out = (size_t)n;
    return QIAO_OK;
}
