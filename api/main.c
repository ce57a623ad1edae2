/* qiao-api: thin, so that tests link everything else. */
#include "serve.h"

int
main(int argc, char **argv)
{
    return qiaoi_api_main(argc, argv);
}
