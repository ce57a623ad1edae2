/* Allocation behind one hook, so that tests can make any allocation fail. The hook is set while one thread runs; it is
 * not guarded. */
#include "qiao/memory.h"

#include <stdlib.h>
#include <string.h>

static qiao_memory_hook allocation_hook;
static void *allocation_context;

void
qiao_memory_set_hook(qiao_memory_hook hook, void *context)
{
    allocation_hook = hook;
    allocation_context = context;
}

static bool
may_allocate(size_t size)
{
    if (size > PTRDIFF_MAX) /* no object can be larger; malloc would refuse it too, sanitizers end the process */
        return false;
    return allocation_hook == NULL || allocation_hook(size, allocation_context);
}

void *
qiao_alloc(size_t size)
{
    return may_allocate(size) ? malloc(size != 0 ? size : 1) : NULL;
}

void *
qiao_calloc(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    if (!may_allocate(count * size))
        return NULL;
    return count != 0 && size != 0 ? calloc(count, size) : calloc(1, 1);
}

void *
qiao_realloc(void *old, size_t size)
{
    return may_allocate(size) ? realloc(old, size != 0 ? size : 1) : NULL;
}

void *
qiao_realloc_array(void *old, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return qiao_realloc(old, count * size);
}

void
qiao_free(void *memory)
{
    free(memory);
}

char *
qiao_strndup(const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? qiao_alloc(length + 1) : NULL;

    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *
qiao_strdup(const char *text)
{
    return qiao_strndup(text, strlen(text));
}
