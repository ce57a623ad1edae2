/*
 * Runs a fuzz target without libFuzzer: every file of a folder as it is, then with bytes changed, removed and doubled
 * by a generator of fixed seed. The same every time, so it is a test like any other; under ASan it finds what a
 * fuzzer would find first.
 *   driver FOLDER ROUNDS
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MOST ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint64_t
chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t
mutate(uint8_t *bytes, size_t size)
{
    for (unsigned changes = 1 + (unsigned)(chance() % 8); changes > 0 && size > 0; changes--) {
        size_t at = (size_t)(chance() % size), n = 1 + (size_t)(chance() % 64);

        n = n < size - at ? n : size - at;
        switch (chance() % 5) {
        case 0:
            bytes[at] = (uint8_t)chance();
            break;
        case 1:
            bytes[at] ^= (uint8_t)(1u << chance() % 8);
            break;
        case 2:
            memmove(bytes + at, bytes + at + n, size - at - n);
            size -= n;
            break;
        case 3:
            if (size + n <= SIZE_MOST) {
                memmove(bytes + at + n, bytes + at, size - at);
                size += n;
            }
            break;
        default:
            size = at;
            break;
        }
    }
    return size;
}

static size_t
read_file(const char *path, uint8_t *bytes)
{
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(bytes, 1, SIZE_MOST, file);

    if (file != NULL)
        fclose(file);
    return size;
}

int
main(int argc, char **argv)
{
    uint8_t *seed = malloc(SIZE_MOST), *bytes = malloc(SIZE_MOST);
    unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000, ran = 0;
    struct dirent **names = NULL;
    int count = argc > 1 ? scandir(argv[1], &names, NULL, alphasort) : -1;

    if (count < 0 || seed == NULL || bytes == NULL) {
        fprintf(stderr, "usage: %s FOLDER ROUNDS\n", argv[0]);
        return 2;
    }
    for (int i = 0; i < count; i++) {
        char path[4096];
        size_t size;

        snprintf(path, sizeof path, "%s/%s", argv[1], names[i]->d_name);
        size = names[i]->d_name[0] == '.' ? 0 : read_file(path, seed);
        for (unsigned long round = 0; size > 0 && round <= rounds; round++, ran++) {
            uint8_t *exact;
            size_t n;

            memcpy(bytes, seed, size);
            n = round == 0 ? size : mutate(bytes, size);
            exact = malloc(n > 0 ? n : 1); /* of its own size: a read behind the end shows */
            if (exact == NULL)
                return 2;
            memcpy(exact, bytes, n);
            LLVMFuzzerTestOneInput(exact, n);
            free(exact);
        }
        free(names[i]);
    }
    free(names);
    free(seed);
    free(bytes);
    printf("%lu inputs\n", ran);
    return ran > 0 ? 0 : 1;
}
