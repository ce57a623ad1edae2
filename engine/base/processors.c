/* See qiao/processors.h. */
#include "qiao/processors.h"

#include <limits.h>
#include <unistd.h>

unsigned
qiao_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count > 0 && count < INT_MAX ? (unsigned)count : 1u;
}
