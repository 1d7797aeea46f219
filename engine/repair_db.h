// Makes a database that can be opened again of what can be read in a damaged directory.
//
// What is lost, beside what LevelDB's repair loses:
//
//   damage                        lost                                  LevelDB's repair
//   CURRENT, manifest             nothing                               nothing
//   a log                         the records that log_salvage.h        each record up to the next
//                                 names; those after them stay          block
//   a block of a table            its entries                           its entries
//   a table cut off, or damaged   the entries from the first bad        the whole table
//   in its footer or index        block on
//   a file that is missing        what was in it                        the same
//
// What comes back need not be a state that ever was: a lost write can have later ones behind it, and
// without a lost deletion a deleted key can come back. A table that a compaction had replaced, and a
// crash kept from being removed, is left out where the manifest can be read and all tables that it
// names are whole (replaced_tables.h); else it counts, and keys can come back whose deletion the
// compaction dropped. No other entry that can be read is left out.
//
// Sequence numbers are kept, and they alone decide which entry of a key is the newest: all sources
// are merged by them (repair_tables.h). LevelDB's repair puts every table at level 0 under the number
// that it has, where the higher number counts as newer, which a compaction's outputs are not. The
// last sequence is the largest in any entry or readable manifest.
//
// Order on disk, each step durable before the next: tables, a new log, a manifest that names them
// all; their names; CURRENT; its name; then whatever the new state does not need is moved to the
// folder lost/, never over a file that is there. Before CURRENT nothing that was there is touched, so
// after a crash or a failure the directory is as it was, but for new files that the next repair
// reads as well; once CURRENT is in force it can be opened. (Opening removes what a crash left
// unmoved: repair again first, if the remains matter.)
//
// Threading: nobody has the database open; that is checked by its lock.
// Errors: NotFound where there is no file of a database. FailedPrecondition while the database is
// open, for another comparator, and for file numbers that leave none. A failed call ends the repair:
// a file that cannot be read is not a damaged one.
// Needs: as much free space as the tables that overlap have together.
#ifndef HARROW_ENGINE_REPAIR_DB_H_
#define HARROW_ENGINE_REPAIR_DB_H_

#include <string>

#include "absl/status/status.h"
#include "engine/options.h"

namespace harrow::engine {

// Of the options those for new tables, write_buffer_size, the level sizes and info_log count.
absl::Status RepairDb(const Options& options, const std::string& path);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_REPAIR_DB_H_
