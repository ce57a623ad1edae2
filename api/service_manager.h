/*
 * What is said to the service manager (systemd), and taken from it: a datagram to NOTIFY_SOCKET, sockets from
 * LISTEN_FDS. Two dozen lines of a stable protocol; the library for it would bring more code into the process than the
 * service has.
 *
 * Without these variables every function does nothing.
 */
#ifndef QIAO_API_SERVICE_MANAGER_H
#define QIAO_API_SERVICE_MANAGER_H

#include "qiao/status.h"
#include <stdint.h>

void qiaoi_manager_ready(void);
/* Begin of a reload; ends with qiaoi_manager_ready. */
void qiaoi_manager_reloading(void);
void qiaoi_manager_stopping(void);
void qiaoi_manager_alive(void);
/* How often qiaoi_manager_alive is expected at least, in microseconds; 0 = not at all. */
uint64_t qiaoi_manager_watchdog_us(void);

/* Sockets handed over: the one named "admin", and the one with any other name; -1 = none. QIAO_E_USAGE: there are two
 * of a kind. Forgets the variables, so that no child takes them for its own. */
qiao_status qiaoi_manager_sockets(int *main_out, int *admin_out, qiao_error *err) QIAO_CHECK;

#endif
