// Keys come in order, so that looking for them below walks each deeper level once.
#include "engine/drop_rule.h"

namespace harrow::engine {

bool DropRule::InDeeperLevel(std::string_view user_key) {
  for (int level = level_ + 2; level < kLevelCount; ++level) {
    const FileList& files = version_->level(level);
    std::size_t& at = positions_[static_cast<std::size_t>(level)];
    while (at < files.size() && files[at]->largest.user_key() < user_key) ++at;
    if (at < files.size() && files[at]->smallest.user_key() <= user_key) return true;
  }
  return false;
}

}  // namespace harrow::engine
