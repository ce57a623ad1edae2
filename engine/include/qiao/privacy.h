/*
 * Personal data and registration numbers in a text that others will read: what should be taken out before a record is
 * made public.
 *
 * Pure; bounded memory; any bytes are taken. Precision before recall: a part number is no phone number, and a name is
 * one only behind a word that announces it (联系人：, contact:).
 */
#ifndef QIAO_PRIVACY_H
#define QIAO_PRIVACY_H

#include "qiao/status.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, JSON code) */
#define QIAO_PRIVATE_KINDS(X)                                                                                          \
    X(EMAIL, "email")                                                                                                  \
    X(PHONE, "phone")               /* mobile numbers of China, numbers with an area code or a country code */         \
    X(IDENTITY, "identity")         /* Chinese identity card, by its check digit (GB 11643) */                         \
    X(REGISTRATION, "registration") /* unified social credit code, by its check character (GB 32100) */                \
    X(ACCOUNT, "account")           /* WeChat, QQ, behind the word */                                                  \
    X(NAME, "name")                 /* behind a word such as 联系人 */

typedef enum qiao_private_kind {
#define QIAO_PRIVATE_ENUM(name, code) QIAO_PRIVATE_##name,
    QIAO_PRIVATE_KINDS(QIAO_PRIVATE_ENUM)
#undef QIAO_PRIVATE_ENUM
        QIAO_PRIVATE_KIND_COUNT
} qiao_private_kind;

typedef struct qiao_private_place {
    qiao_private_kind kind;
    uint32_t start, end; /* bytes, at borders of characters */
} qiao_private_place;

/* Static. */
QIAO_EXPORT const char *qiao_private_code(qiao_private_kind kind);
/* Places in order, that do not overlap; returns how many were written, at most capacity. */
QIAO_EXPORT size_t qiao_private_places(const char *text, size_t length, qiao_private_place *out, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
