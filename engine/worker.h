// A background thread of a database, started when there is work for the first time.
//
// Threading: Wake under the lock; Stop and the destructor without it, by one thread.
// Invariants:
//  1. The job runs on one thread at a time, with the lock held at its start and end.
//  2. It runs as long as there is work; work that comes up while it runs is not missed.
//  3. After Stop() the job does not run, and will not.
#ifndef HARROW_ENGINE_WORKER_H_
#define HARROW_ENGINE_WORKER_H_

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/status/status.h"

namespace harrow::engine {

class BackgroundJob {
 public:
  virtual ~BackgroundJob() = default;
  // Under the lock.
  virtual bool HasWork() = 0;
  // Does a piece of it. Releases the lock where it takes long.
  virtual void Work(std::unique_lock<std::mutex>& lock) = 0;
};

class Worker {
 public:
  // Both outlive the worker. `niceness` is added to that of who starts it.
  Worker(std::mutex* mutex, BackgroundJob* job, int niceness)
      : mutex_(mutex), job_(job), niceness_(niceness) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() { Stop(); }

  // There may be work. ResourceExhausted when the thread cannot be started.
  absl::Status Wake();
  // Waits for the piece of work at hand.
  void Stop();

 private:
  void Run();

  std::mutex* const mutex_;
  BackgroundJob* const job_;
  const int niceness_;
  std::condition_variable wake_;
  std::thread thread_;
  bool stop_ = false;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_WORKER_H_
