// A log that drops what it is given.
#include "engine/info_log.h"

namespace harrow::engine {
namespace {

class DiscardingInfoLog final : public InfoLog {
 public:
  void Log(std::string_view) override {}
};

}  // namespace

std::shared_ptr<InfoLog> NewDiscardingInfoLog() { return std::make_shared<DiscardingInfoLog>(); }

}  // namespace harrow::engine
