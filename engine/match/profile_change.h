/* A profile made of another and a change: see qiao/preview.h. */
#ifndef QIAO_MATCH_PROFILE_CHANGE_H
#define QIAO_MATCH_PROFILE_CHANGE_H

#include "match/profile.h"

/* Appends the changed profile as a file. QIAO_E_INPUT names what is wrong by its JSON pointer. */
qiao_status qiaoi_profile_change(const qiaoi_profile *base, const char *change, size_t length, qiao_buffer *out,
                                 qiao_error *err) QIAO_CHECK;
/* A set of that one profile, whatever its name, as the default. */
qiao_status qiaoi_profiles_of(const char *json, size_t length, qiao_profiles **out, qiao_error *err) QIAO_CHECK;

#endif
