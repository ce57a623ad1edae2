/*
 * Scoring profiles: what each signal weighs, which gates are shut, where bands are cut. Data files, one JSON object
 * each: NAME.json in the folder "profiles" of the share folder, and in DIR/profiles for a platform's own, which win
 * over shipped ones of the same name. "default" is used where none is named.
 *
 * A profile: {"name", "version", "about": {"zh", "en"}, "weights": {CODE: [enterprise, owner]} for every signal, in
 * thousandths, 0..100000; "policy_cap": how much the policy signals may weigh together, in thousandths of what the
 * known other ones weigh, 0..1000; "suggested_share": what a field, readiness or country that is only suggested by the
 * words weighs, in thousandths of a stated one, 0..1000, times how sure it is (left out: 0, suggestions do not count);
 * "gates": {CODE: true or false}; "text": {"topic_share": 0..1, "breadth": 1..1000, "scale": above 0, "pair", "part",
 * "rarity", "background": 0..1}; "bands": {"strong"|"possible"|"same_area":
 * {"evidence", "fit"}}, 0..1, falling}. Every other member is required, so that a profile says all that it rests
 * on; unknown ones are refused.
 *
 * Lifetime and threads: read once, immutable, shared.
 */
#ifndef QIAO_PROFILES_H
#define QIAO_PROFILES_H

#include "qiao/memory.h"
#include "qiao/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_profiles qiao_profiles;

/*
 * share_dir NULL: see share.h. data_dir NULL: shipped ones only.
 * @return QIAO_OK; QIAO_E_INPUT (names file, JSON pointer and reason); QIAO_E_NOTFOUND (no default); QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_profiles_open(const char *share_dir, const char *data_dir, qiao_profiles **out,
                                           qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_profiles_close(qiao_profiles *profiles);

QIAO_EXPORT size_t qiao_profiles_count(const qiao_profiles *profiles);
/* "default", "2026-11-28", 16 hexadecimal digits over everything that counts. NULL past the end. */
QIAO_EXPORT const char *qiao_profiles_name(const qiao_profiles *profiles, size_t index);
QIAO_EXPORT const char *qiao_profiles_version(const qiao_profiles *profiles, size_t index);
QIAO_EXPORT const char *qiao_profiles_hash(const qiao_profiles *profiles, size_t index);

/* Puts DIR/profiles/next/default.json, where there is one (qiao/preview.h), in the place of DIR/profiles/default.json.
 * For the build, under its lock. */
QIAO_EXPORT qiao_status qiao_profile_take_next(const char *data_dir, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
