/* The commands of qiao-api beside serve: keys of access, copies of the desk, its check. */
#ifndef QIAO_API_DESK_COMMANDS_H
#define QIAO_API_DESK_COMMANDS_H

#include "options.h"

/* Does what options.command says; results go to stdout. QIAO_E_USAGE, QIAO_E_NOTFOUND, and what the desk says. */
qiao_status qiaoi_desk_command(const qiaoi_options *options, qiao_language language, qiao_error *err) QIAO_CHECK;

#endif
