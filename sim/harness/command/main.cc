// The harrow program.
#include "sim/harness/command/program.h"

int main(int argc, char** argv) { return harrow::harness::RunProgram(argc, argv); }
