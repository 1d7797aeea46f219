// Which files the directory of a store in LevelDB's format holds and should not, and which it should and does not: read from
// outside, from the manifest that CURRENT names.
//
// Needed are CURRENT, that manifest, the tables of the version it ends in, and the logs from its log number on, of which an
// open store has one at least. LOCK and the
// info logs may be there or not. Files with names that are no database's are nobody's business.
//
// Threading: a pure function of the image.
#ifndef HARROW_SIM_TARGETS_LEVELDB_FILES_H_
#define HARROW_SIM_TARGETS_LEVELDB_FILES_H_

#include <string_view>
#include <vector>

#include "models/space_checker.h"
#include "sim/disk/image.h"

namespace harrow::targets {

// `directory` is relative to the root: "db". In the order of the names.
std::vector<models::MisplacedFile> MisplacedLevelDbFiles(const disk::Image& image,
                                                         std::string_view directory);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_LEVELDB_FILES_H_
