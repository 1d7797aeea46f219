// Every set of writes that holds what was promised and is closed downwards, in every order that
// agrees with real time, is applied to the base and compared. Every order of a life's calls is
// carried out and its results are compared.

#include "models/reference.h"

#include <algorithm>
#include <vector>

#include "models/check.h"

namespace harrow::models {
namespace {

using State = std::vector<Cell>;

void Apply(const Write& write, State* state) {
  for (std::uint32_t i = 0; i < write.entries.size(); ++i) {
    const Entry& entry = write.entries[i];
    (*state)[entry.key] = entry.deletion ? Cell{} : Cell{Cell::Kind::kValue, write.id, i};
  }
}

class Recovery {
 public:
  Recovery(const History& history, std::span<const Cell> base, WriteId first_write, Time at,
           ImageKind image, std::span<const Cell> recovered)
      : history_(history),
        base_(base.begin(), base.end()),
        at_(at),
        image_(image),
        recovered_(recovered.begin(), recovered.end()) {
    for (WriteId id = first_write; id < history.writes.size(); ++id) {
      const Write& write = history.writes[id];
      if (write.invoked < Limit(write.life) && !write.flush && !Refused(write, first_write)) {
        writes_.push_back(&write);
      }
    }
    MODELS_CHECK(writes_.size() <= kReferenceWritesMax);
    for (WriteId id = first_write; id < history.writes.size(); ++id) {
      if (history.writes[id].invoked < Limit(history.writes[id].life)) {
        all_.push_back(&history.writes[id]);
      }
    }
  }

  bool Possible() {
    for (std::uint32_t set = 0; set < (1U << writes_.size()); ++set) {
      if (Allowed(set) && SomeOrderFits(set, base_)) return true;
    }
    return false;
  }

 private:
  Time Limit(std::uint32_t life) const { return std::min(at_, history_.lives[life].ended); }
  bool Acknowledged(const Write& write) const {
    return write.result == Result::kOk && write.responded <= Limit(write.life);
  }
  bool Refused(const Write& write, WriteId first_write) const {
    if (Acknowledged(write) || !history_.undertakes.errors_stick) return false;
    for (WriteId id = first_write; id < history_.writes.size(); ++id) {
      const Write& other = history_.writes[id];
      if (other.life == write.life && !other.flush && other.result == Result::kFailed &&
          other.responded <= Limit(other.life) && other.responded < write.invoked) {
        return true;
      }
    }
    return false;
  }
  Time Effective(const Write& write) const {
    Time time = Acknowledged(write) ? write.responded : kNever;
    for (const Read& read : history_.reads) {
      if (read.life != write.life || read.snapshot >= 0 || read.result != Result::kOk) continue;
      if (read.responded > Limit(read.life)) continue;
      for (const Cell& cell : read.cells) {
        if (cell.kind == Cell::Kind::kValue && cell.write == write.id) {
          time = std::min(time, read.responded);
        }
      }
    }
    return time;
  }
  bool SameSegment(std::uint32_t a, std::uint32_t b) const {
    for (std::uint32_t life = std::min(a, b); life < std::max(a, b); ++life) {
      if (LosesCache(history_.lives[life].end)) return false;
    }
    return true;
  }
  std::uint32_t Current() const {
    std::uint32_t current = 0;
    for (std::uint32_t life = 0; life < history_.lives.size(); ++life) {
      if (history_.lives[life].started < at_) current = life;
    }
    return current;
  }

  bool Promised(const Write& write) const {
    if (!Acknowledged(write)) return false;
    if (image_ == ImageKind::kUnheld || image_ == ImageKind::kDamaged) return false;
    if (write.sync) return true;
    if (image_ == ImageKind::kClean && SameSegment(write.life, Current())) return true;
    for (const Write* other : all_) {
      if ((other->sync || other->flush) && Acknowledged(*other) &&
          SameSegment(write.life, other->life) && write.responded < other->invoked) {
        return true;
      }
    }
    return false;
  }

  bool Allowed(std::uint32_t set) const {
    for (std::uint32_t i = 0; i < writes_.size(); ++i) {
      if ((set >> i & 1) != 0) continue;
      if (Promised(*writes_[i])) return false;
      for (std::uint32_t j = 0; j < writes_.size(); ++j) {
        if ((set >> j & 1) != 0 && SameSegment(writes_[i]->life, writes_[j]->life) &&
            Effective(*writes_[i]) < writes_[j]->invoked) {
          return false;
        }
      }
    }
    return true;
  }

  bool Before(const Write& a, const Write& b) const {
    return a.life < b.life || Effective(a) < b.invoked;
  }

  bool SomeOrderFits(std::uint32_t left, const State& state) const {
    if (left == 0) return state == recovered_;
    for (std::uint32_t i = 0; i < writes_.size(); ++i) {
      if ((left >> i & 1) == 0) continue;
      bool first = true;
      for (std::uint32_t j = 0; j < writes_.size(); ++j) {
        if ((left >> j & 1) != 0 && Before(*writes_[j], *writes_[i])) first = false;
      }
      if (!first) continue;
      State next = state;
      Apply(*writes_[i], &next);
      if (SomeOrderFits(left & ~(1U << i), next)) return true;
    }
    return false;
  }

  const History& history_;
  const State base_;
  const Time at_;
  const ImageKind image_;
  const State recovered_;
  std::vector<const Write*> writes_;  // that may have taken effect
  std::vector<const Write*> all_;     // with refused ones and flushes
};

class Linearization {
 public:
  Linearization(const History& history, std::uint32_t life) : history_(history) {
    const Time ended = history.lives[life].ended;
    for (const Write& write : history.writes) {
      bool returned = write.responded <= ended && write.result != Result::kPending;
      if (write.life != life) continue;
      if (returned && write.result == Result::kFailed) {
        if (history.undertakes.errors_stick) continue;
        returned = false;
      }
      calls_.push_back({&write, nullptr, -1, write.invoked, returned ? write.responded : kNever});
    }
    MODELS_CHECK(calls_.size() <= kReferenceWritesMax);
    for (const Read& read : history.reads) {
      if (read.life != life || read.result != Result::kOk || read.responded > ended) continue;
      if (read.snapshot >= 0) continue;
      calls_.push_back({nullptr, &read, -1, read.invoked, read.responded});
    }
    for (std::size_t i = 0; i < history.snapshots.size(); ++i) {
      const Snapshot& snapshot = history.snapshots[i];
      if (snapshot.life != life || snapshot.responded > ended) continue;
      calls_.push_back(
          {nullptr, nullptr, static_cast<std::int32_t>(i), snapshot.invoked, snapshot.responded});
    }
  }

  bool Possible(const State& start) {
    placed_.assign(calls_.size(), false);
    return Extend(start);
  }

 private:
  struct Call {
    const Write* write;
    const Read* read;
    std::int32_t snapshot;
    Time invoked;
    Time responded;
  };

  static bool Gives(const Read& read, const State& state) {
    return std::equal(read.cells.begin(), read.cells.end(),
                      state.begin() + static_cast<std::ptrdiff_t>(read.key));
  }

  bool GivesResults(const Call& call, const State& state) const {
    if (call.read != nullptr) return Gives(*call.read, state);
    return std::all_of(history_.reads.begin(), history_.reads.end(), [&](const Read& read) {
      return call.snapshot < 0 || read.snapshot != call.snapshot || read.result != Result::kOk ||
             read.responded > history_.lives[read.life].ended || Gives(read, state);
    });
  }

  bool Extend(const State& state) {
    bool done = true;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (placed_[i]) continue;
      if (calls_[i].responded != kNever) done = false;
      bool first = true;
      for (std::size_t j = 0; j < calls_.size(); ++j) {
        if (!placed_[j] && calls_[j].responded < calls_[i].invoked) first = false;
      }
      if (!first || !GivesResults(calls_[i], state)) continue;
      State next = state;
      if (calls_[i].write != nullptr) Apply(*calls_[i].write, &next);
      placed_[i] = true;
      const bool fits = Extend(next);
      placed_[i] = false;
      if (fits) return true;
    }
    return done;
  }

  const History& history_;
  std::vector<Call> calls_;
  std::vector<bool> placed_;
};

}  // namespace

bool ReferenceRecovers(const History& history, std::span<const Cell> base, WriteId first_write,
                       Time at, ImageKind image, std::span<const Cell> recovered) {
  return Recovery(history, base, first_write, at, image, recovered).Possible();
}

bool ReferenceLinearizes(const History& history, std::uint32_t life) {
  MODELS_CHECK(history.lives[life].read_back);
  return Linearization(history, life).Possible(history.lives[life].recovered);
}

}  // namespace harrow::models
