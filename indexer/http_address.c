/* Which addresses lie on the public internet. Everything else may be a machine of the operator, which nothing from outside should make us talk to. */
#include "http_client.h"

#include <string.h>
#include <sys/socket.h>

typedef struct range {
    unsigned char address[16];
    unsigned bits;
} range;

static bool
inside(const unsigned char *address, const range *r)
{
    unsigned whole = r->bits / 8, rest = r->bits % 8;

    if (memcmp(address, r->address, whole) != 0)
        return false;
    return rest == 0 || (address[whole] ^ r->address[whole]) >> (8 - rest) == 0;
}

/* RFC 6890 and successors: everything that is not a host on the public internet */
static const range special4[] = {{{0}, 8},           {{10}, 8},          {{100, 64}, 10},      {{127}, 8},          {{169, 254}, 16},
                                 {{172, 16}, 12},    {{192, 0, 0}, 24},  {{192, 0, 2}, 24},    {{192, 88, 99}, 24}, {{192, 168}, 16},
                                 {{198, 18}, 15},    {{198, 51, 100}, 24}, {{203, 0, 113}, 24}, {{224}, 4},          {{240}, 4}};
static const range special6[] = {{{0x20, 0x01, 0x00, 0x00}, 23}, {{0x20, 0x01, 0x0d, 0xb8}, 32}, {{0x3f, 0xff}, 20}};
static const range unicast6 = {{0x20}, 3};
/* an IPv4 address inside: mapped, NAT64, 6to4 */
static const range mapped6 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
static const range nat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};
static const range sixtofour = {{0x20, 0x02}, 16};

bool
qiao_http_address_public(int family, const unsigned char *address)
{
    if (family == AF_INET) {
        for (size_t i = 0; i < sizeof special4 / sizeof *special4; i++)
            if (inside(address, &special4[i]))
                return false;
        return true;
    }
    if (family != AF_INET6)
        return false;
    if (inside(address, &mapped6) || inside(address, &nat64))
        return qiao_http_address_public(AF_INET, address + 12);
    if (inside(address, &sixtofour))
        return qiao_http_address_public(AF_INET, address + 2);
    for (size_t i = 0; i < sizeof special6 / sizeof *special6; i++)
        if (inside(address, &special6[i]))
            return false;
    return inside(address, &unicast6);
}
