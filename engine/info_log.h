// Where a database says what it does, for people: one line for an open and what recovery found, a
// rotation, a flush, a compaction, a removed file, a background error, a close.
//
// Threading: Log from any thread, also under the database's lock.
// Invariants:
//  1. Nothing that a log does, or fails to do, reaches the database: Log returns nothing, and what
//     it costs is all that is noticed of it.
//  2. No line holds a key or a value.
#ifndef HARROW_ENGINE_INFO_LOG_H_
#define HARROW_ENGINE_INFO_LOG_H_

#include <memory>
#include <string_view>

namespace harrow::engine {

class InfoLog {
 public:
  InfoLog() = default;
  InfoLog(const InfoLog&) = delete;
  InfoLog& operator=(const InfoLog&) = delete;
  virtual ~InfoLog() = default;

  // `line` has no line break, and is valid during the call.
  virtual void Log(std::string_view line) = 0;
};

// Keeps nothing.
std::shared_ptr<InfoLog> NewDiscardingInfoLog();

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_INFO_LOG_H_
