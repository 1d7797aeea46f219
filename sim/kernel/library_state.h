// The variables of a shared library, as they were before any run: what a target keeps in statics (a worker thread, a queue, a
// flag that it has started) belongs to the run that made it, and the next one begins without.
//
// Threading: one OS thread; the functions below outside a simulation but for InRestoredLibrary.
// Invariants: the library's read-only and relocated parts, and the addresses its lazy binding filled in, are left alone.
// Not restored: what is compiled or linked statically into the program, and memory that a variable owned before the first run,
// which runs must leave as it is. Constructors of the library are not run again; what its statics register for the exit of the
// process during a run is dropped.
#ifndef HARROW_SIM_KERNEL_LIBRARY_STATE_H_
#define HARROW_SIM_KERNEL_LIBRARY_STATE_H_

#include <string_view>

namespace harrow::kernel {

// From here on each simulation begins with the variables of a loaded library as they are now; its function-local statics are
// made anew in each run, in the run's memory. `name` is how the file's name begins ("libleveldb.so"). False: no such library
// is loaded. Once for each library; later calls change nothing.
bool RestoreBeforeEachRun(std::string_view name);

// For the machine: puts them back.
void RestoreLibraries();
// Whether a variable lies in such a library.
bool InRestoredLibrary(const void* variable);

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_LIBRARY_STATE_H_
