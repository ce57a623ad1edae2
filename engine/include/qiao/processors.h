/* How many threads are worth while. */
#ifndef QIAO_PROCESSORS_H
#define QIAO_PROCESSORS_H

#include "qiao/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Processors of the machine that are online; 1 where the system does not say. */
QIAO_EXPORT unsigned qiao_processors(void);

#ifdef __cplusplus
}
#endif
#endif
