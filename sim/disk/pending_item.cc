#include "sim/disk/pending_item.h"

#include <utility>

#include "sim/disk/crash_decision.h"

namespace harrow::disk {

std::vector<PendingItem> DescribePending(const DiskState& state) {
  const std::vector<std::string> paths = PathsOf(state);
  std::vector<PendingItem> items;
  for (const PendingOperation& operation : state.pending) {
    PendingItem item;
    item.text = DescribeOperation(state, paths, operation);
    item.mutation = operation.mutation;
    items.push_back(std::move(item));
  }
  for (std::size_t i = 0; i < state.inodes.size(); ++i) {
    if (!state.inodes[i].cache.Pending()) continue;
    PendingItem item;
    item.kind = PendingItem::Kind::kData;
    item.text = "the data of " + (paths[i].empty() ? "a file without a name" : paths[i]);
    item.inode = i;
    item.path = paths[i];
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace harrow::disk
