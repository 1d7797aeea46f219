// Resolves the pending state of a disk into the image that a power loss leaves. What each kind of
// faults::Survivors means here, always within the profile:
//
//   none           no pending operation, the durable version of each file
//   all            every operation, every dirty page
//   names-only     every operation, the cached sizes, no dirty page
//   torn-last      as all, but the last unsynced write ends at `cut` bytes
//   leave-one-out  as all without item number `cut` modulo their count. Items are the pending
//                  operations in order, then the files with dirty data by inode. Where the profile
//                  keeps a prefix, leaving an operation out loses all later ones too
//   zero-tail      as all without the last `cut` (0: 1) dirty pages of each file
//   subset         of the items, numbered in the same way, those whose bits are set in `cut`; a file's
//                  dirty data all or none. Where the profile keeps a prefix, operations after the first
//                  that is left out are lost too
//   random         operations: a prefix or any subset, by the profile. Data: for each file a size
//                  and pages, or sectors, drawn from a stream of the file's own
//
// Rules that hold for every choice: truncates of one file survive in order; data written after a
// truncate survives only with it; a rename that carries data (data_before_rename) survives only with
// that data; a rename moves its inode from wherever its name survived.
//
// Threading: one OS thread; pure but for `cells`.
#ifndef HARROW_SIM_DISK_CRASH_RESOLVER_H_
#define HARROW_SIM_DISK_CRASH_RESOLVER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "faults/crash.h"
#include "sim/disk/crash_decision.h"
#include "sim/disk/disk_state.h"
#include "sim/disk/image.h"
#include "sim/disk/medium_cell.h"

namespace harrow::disk {

// `cells` gets what the rules decided; nullptr: it is not counted.
Image ResolveCrash(const DiskState& state, const faults::CrashImageChoice& choice,
                   MediumCells* cells);
// The same image, with what became of each pending thing.
ExplainedImage ExplainCrash(const DiskState& state, const faults::CrashImageChoice& choice);
// The cached state as it is, with data whose writeback failed.
Image ResolveEverything(const DiskState& state);
std::size_t CountPending(const DiskState& state);

// Whether it gives or takes a name.
bool OnNames(const PendingOperation& operation);
// Applies an operation on names to directories indexed by inode; a null entry is no directory.
void ApplyToNames(std::vector<DirectoryRef>& directories, const PendingOperation& operation);

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_CRASH_RESOLVER_H_
