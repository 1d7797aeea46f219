// How often each effect struck: on which operation, on which kind of file, and whether its rule was for a while or for good.
//
// Threading: values.
#ifndef HARROW_FAULTS_EFFECT_CELLS_H_
#define HARROW_FAULTS_EFFECT_CELLS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "faults/injector.h"
#include "faults/plan.h"

namespace harrow::faults {

inline constexpr std::size_t kEffectCount = static_cast<std::size_t>(EffectKind::kDelay) + 1;
inline constexpr std::size_t kOperationCount = static_cast<std::size_t>(OpKind::kSyncDir) + 1;
inline constexpr std::size_t kFileCount = static_cast<std::size_t>(FileKind::kOther) + 1;

// "error", "short write", …
std::string_view ToText(EffectKind kind);

enum class Lasting : std::uint8_t {
  kTransient,  // once, some times, or now and then
  kPersistent  // from some operation on for good
};

class EffectCells {
 public:
  using Row = std::array<std::uint64_t, 2>;  // by Lasting

  // Everything that `plan` brought about.
  static EffectCells Of(const Plan& plan, const std::vector<Fired>& fired);

  const Row& On(EffectKind effect, OpKind operation) const {
    return by_operation_[At(effect)][static_cast<std::size_t>(operation)];
  }
  const Row& On(EffectKind effect, FileKind file) const {
    return by_file_[At(effect)][static_cast<std::size_t>(file)];
  }
  Row& On(EffectKind effect, OpKind operation) {
    return by_operation_[At(effect)][static_cast<std::size_t>(operation)];
  }
  Row& On(EffectKind effect, FileKind file) {
    return by_file_[At(effect)][static_cast<std::size_t>(file)];
  }
  void Add(const EffectCells& other);
  bool operator==(const EffectCells& other) const = default;

 private:
  static std::size_t At(EffectKind effect) { return static_cast<std::size_t>(effect); }

  std::array<std::array<Row, kOperationCount>, kEffectCount> by_operation_{};
  std::array<std::array<Row, kFileCount>, kEffectCount> by_file_{};
};

static_assert(std::is_trivially_copyable_v<EffectCells>, "crosses process borders as bytes");

}  // namespace harrow::faults

#endif  // HARROW_FAULTS_EFFECT_CELLS_H_
