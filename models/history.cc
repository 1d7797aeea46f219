#include "models/history.h"

#include <algorithm>

namespace harrow::models {

bool DamagedBefore(const History& history, Time at) {
  return std::any_of(history.lives.begin(), history.lives.end(),
                     [at](const Life& life) { return life.damaged < at; });
}

}  // namespace harrow::models
