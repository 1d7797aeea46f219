// A group as one batch.
#ifndef HARROW_TESTS_UNIT_ENGINE_GROUP_CONTENTS_H_
#define HARROW_TESTS_UNIT_ENGINE_GROUP_CONTENTS_H_

#include <string>
#include <string_view>

#include "engine/batch_group.h"

namespace harrow::engine {

inline std::string ContentsOf(const BatchGroup& group) {
  std::string contents;
  for (const std::string_view piece : group.Record()) contents.append(piece);
  return contents;
}

}  // namespace harrow::engine

#endif  // HARROW_TESTS_UNIT_ENGINE_GROUP_CONTENTS_H_
