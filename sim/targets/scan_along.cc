#include "sim/targets/scan_along.h"

#include <cstdint>
#include <string>

namespace harrow::targets {
namespace {

absl::Status Wind(TargetIterator* iterator, const PairVisitor& visit) {
  iterator->Seek("");
  for (std::uint64_t step = 1; iterator->Valid(); ++step) {
    visit(iterator->key(), iterator->value());
    const std::string here(iterator->key());
    if (step % 6 == 3) {
      iterator->Next();
      if (!iterator->Valid()) break;
      iterator->Prev();
    } else if (step % 6 == 0) {
      iterator->Seek(here);
    }
    if (!iterator->Valid()) break;
    if (iterator->key() != here) visit(iterator->key(), iterator->value());
    iterator->Next();
  }
  return iterator->status();
}

}  // namespace

absl::Status ScanAlong(ScanPath path, TargetIterator* iterator, const PairVisitor& visit) {
  if (path == ScanPath::kWinding) return Wind(iterator, visit);
  if (path == ScanPath::kBackward) {
    for (iterator->SeekToLast(); iterator->Valid(); iterator->Prev())
      visit(iterator->key(), iterator->value());
  } else {
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next())
      visit(iterator->key(), iterator->value());
  }
  return iterator->status();
}

}  // namespace harrow::targets
