/* What lists of the desk and their exports have in common. */
#ifndef QIAO_API_DESK_LISTS_H
#define QIAO_API_DESK_LISTS_H

#include "call.h"

/* The caller's shortlist of the address into buffer, which row borrows. false: the problem of the call says. */
bool qiaoi_shortlist_find(qiaoi_call *call, qiao_buffer *buffer, qiao_desk_row *row);
/* The parameters of a list of cases, beside those given: status, owner, park. false: the problem of the call says. */
bool qiaoi_case_parameters(qiaoi_call *call, uint64_t beside, uint32_t limit_max, qiaoi_parameters *out);
/* Is the case one of those asked for, and for the caller? status: where it stands. */
bool qiaoi_case_fits(qiaoi_call *call, const qiao_desk_row *row, const char *status, const char *need,
                     const char *project, const qiaoi_parameters *given);

#endif
