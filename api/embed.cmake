# Writes a file as a C array: cmake -DINPUT=.. -DOUTPUT=.. -DNAME=.. -P embed.cmake
file(READ ${INPUT} bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR length "${digits} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUTPUT} "/* Made from ${NAME}'s source by the build. */\n#include \"handlers.h\"\n\nconst unsigned char ${NAME}[] = {\n${bytes}};\nconst unsigned long ${NAME}_length = ${length}ul;\n")
