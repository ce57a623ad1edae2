/* A file of options: "name = value" lines, comments behind ; or #. config_file.c is the only file that includes the INI
 * library. */
#ifndef QIAO_API_CONFIG_FILE_H
#define QIAO_API_CONFIG_FILE_H

#include "qiao/status.h"

/* The strings are borrowed during the call. */
typedef qiao_status (*qiaoi_config_visit)(void *context, unsigned line, const char *name, const char *value,
                                          qiao_error *err);

/*
 * Calls visit for every line of the file and stops at the first that is wrong; its message then begins with
 * "FILE:LINE: ". QIAO_E_USAGE (a line that cannot be read), QIAO_E_NOTFOUND, QIAO_E_IO; as visit.
 */
qiao_status qiaoi_config_read(const char *path, qiaoi_config_visit visit, void *context, qiao_error *err) QIAO_CHECK;

#endif
