/* The program: opens the engine and the socket, serves until it is told to stop, follows the catalogue meanwhile. */
#ifndef QIAO_API_SERVE_H
#define QIAO_API_SERVE_H

/* main of qiao-api. @return exit code */
int qiaoi_api_main(int argc, char **argv);

#endif
