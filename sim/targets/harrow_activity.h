// Reads off our engine's info log what it is at work on.
//
// Threading: Log as InfoLog says.
#ifndef HARROW_SIM_TARGETS_HARROW_ACTIVITY_H_
#define HARROW_SIM_TARGETS_HARROW_ACTIVITY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/info_log.h"
#include "sim/targets/activity.h"

namespace harrow::targets {

class HarrowActivity : public engine::InfoLog {
 public:
  // `file` gets every line as well; nullptr: nobody does.
  HarrowActivity(ActivityObserver* observer, std::shared_ptr<engine::InfoLog> file)
      : observer_(observer), file_(std::move(file)) {}

  void Log(std::string_view line) override;

 private:
  void Begin(Activity activity);
  void End(Activity activity);
  void ReadCompaction(std::string_view line);

  ActivityObserver* const observer_;
  const std::shared_ptr<engine::InfoLog> file_;
  // How many of the kind are under way: both threads of the store remove files.
  std::array<std::uint32_t, static_cast<std::size_t>(Activity::kActivityKinds)> begun_{};
};

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_HARROW_ACTIVITY_H_
