/* The end of a call, on its own thread. Neither can fail: where there is no memory for a problem, a fixed text is sent.
 */
#ifndef QIAO_API_FINISH_H
#define QIAO_API_FINISH_H

#include "call.h"

/* Makes the response whole; a fault of ours is logged. */
void qiaoi_call_finish(qiaoi_call *call);
/* The line of the request: nothing of what was asked but its route. */
void qiaoi_call_log(const qiaoi_call *call);

#endif
