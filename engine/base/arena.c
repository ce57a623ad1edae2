/* Arena: a chain of blocks, newest first; the first block stays for reuse. A request larger than a block gets a block
 * of its own. */
#include "qiao/memory.h"

#include <stddef.h>
#include <string.h>

#define ALIGNMENT 16
#define SMALLEST_BLOCK 256
#define DEFAULT_BLOCK 8192

typedef struct block {
    struct block *next; /* older */
    size_t capacity, used;
} block;

/* The header takes whole alignment units, so that what follows it is aligned as malloc's memory is. */
#define HEADER_SIZE ((sizeof(block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

struct qiao_arena {
    block *newest;
    block *first;
    size_t block_size;
};

static block *
new_block(size_t capacity)
{
    block *made = capacity <= SIZE_MAX - HEADER_SIZE ? qiao_alloc(HEADER_SIZE + capacity) : NULL;

    if (made != NULL)
        *made = (block){.capacity = capacity};
    return made;
}

qiao_arena *
qiao_arena_new(size_t block_size)
{
    qiao_arena *arena = qiao_alloc(sizeof *arena);

    if (arena == NULL)
        return NULL;
    if (block_size == 0)
        block_size = DEFAULT_BLOCK;
    if (block_size < SMALLEST_BLOCK)
        block_size = SMALLEST_BLOCK;
    arena->block_size = block_size;
    arena->first = new_block(block_size);
    arena->newest = arena->first;
    if (arena->first == NULL) {
        qiao_free(arena);
        return NULL;
    }
    return arena;
}

static void
free_all_but(qiao_arena *arena, const block *kept)
{
    block *next;

    for (block *b = arena->newest; b != NULL; b = next) {
        next = b->next;
        if (b != kept)
            qiao_free(b);
    }
}

void
qiao_arena_free(qiao_arena *arena)
{
    if (arena == NULL)
        return;
    free_all_but(arena, NULL);
    qiao_free(arena);
}

void
qiao_arena_reset(qiao_arena *arena)
{
    free_all_but(arena, arena->first);
    arena->newest = arena->first;
    arena->first->next = NULL;
    arena->first->used = 0;
}

/* A block of its own goes behind the newest, whose remaining room is still used. */
static void *
alloc_large(qiao_arena *arena, size_t size)
{
    block *own = new_block(size);

    if (own == NULL)
        return NULL;
    own->used = size;
    own->next = arena->newest->next;
    arena->newest->next = own;
    return (char *)own + HEADER_SIZE;
}

void *
qiao_arena_alloc(qiao_arena *arena, size_t size)
{
    block *current = arena->newest;
    char *memory;

    if (size > SIZE_MAX - ALIGNMENT)
        return NULL;
    size = size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > current->capacity - current->used) {
        if (size > arena->block_size / 4)
            return alloc_large(arena, size);
        current = new_block(arena->block_size);
        if (current == NULL)
            return NULL;
        current->next = arena->newest;
        arena->newest = current;
    }
    memory = (char *)current + HEADER_SIZE + current->used;
    current->used += size;
    return memory;
}

char *
qiao_arena_strndup(qiao_arena *arena, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? qiao_arena_alloc(arena, length + 1) : NULL;

    if (copy == NULL)
        return NULL;
    if (length != 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
