/* Feed maps that come with the program, by name: share/qiao/feeds/NAME.json. */
#ifndef QIAO_INDEXER_PRESET_H
#define QIAO_INDEXER_PRESET_H

#include "qiao/status.h"

#define QIAOI_PRESET_PATH 4096

/* QIAO_E_USAGE where there is none of that name. */
qiao_status qiaoi_preset_path(const char *name, char out[QIAOI_PRESET_PATH], qiao_error *err) QIAO_CHECK;

#endif
