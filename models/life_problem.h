// The calls of one life laid out flat for the linearizability search: writes that replace the
// states of keys, and observers (gets, scans, snapshots) that found keys in states.
//
// A snapshot is one observer, at an instant between its call and its return, of all that was read
// at it. A failed write never takes effect in its life. A write without a response may take effect
// at any time or never; if nothing saw it and it deletes nothing it explains nothing, and is left
// out.
//
// Threading: one thread; built for one question.
// Invariants:
//  1. A touch is the last entry of its write for its key; no two touches of a call share a key.
//  2. A key's state is the touch that put its value, kAbsentState or kInitialState.
//  3. After Constrain every edge is between calls that are in.
#ifndef HARROW_MODELS_LIFE_PROBLEM_H_
#define HARROW_MODELS_LIFE_PROBLEM_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/history.h"
#include "models/interval_order.h"
#include "models/verdict.h"

namespace harrow::models {

inline constexpr std::uint32_t kAbsentState = ~std::uint32_t{0};
inline constexpr std::uint32_t kInitialState = kAbsentState - 1;  // the value of the read-back
inline constexpr std::uint32_t kNoCall = ~std::uint32_t{0};

// Whether a batch is one call, or each of its entries one.
enum class Batches : std::uint8_t { kWhole, kTorn };

struct LifeCall {
  enum class Kind : std::uint8_t { kWrite, kRead, kSnapshot };
  Kind kind = Kind::kWrite;
  bool required = false;     // it took effect for certain
  std::uint32_t source = 0;  // the index of the write, read or snapshot in the history
  std::uint32_t begin = 0;   // into touches (writes) or observations
  std::uint32_t end = 0;
};

struct LifeTouch {
  KeyId key = 0;
  std::uint32_t call = 0;
  std::uint32_t entry = 0;
  bool deletion = false;
};

struct Observation {
  KeyId key = 0;
  std::uint32_t state = kAbsentState;
  std::uint32_t read = 0;  // index in the history
};

class LifeProblem {
 public:
  // Two calls that cannot both be right with an observation: `overwriter` came between.
  struct Contradiction {
    std::uint32_t observation = 0;
    std::uint32_t overwriter = kNoCall;
  };

  LifeProblem(const History& history, std::uint32_t life, Batches batches)
      : history_(history), life_(life), batches_(batches) {}

  // Not ok: a result that no order could give, whatever else happened.
  Verdict Build();
  // Turns observations into edges; false if one contradicts real time (see contradiction()).
  bool Constrain();
  const Contradiction& contradiction() const { return contradiction_; }

  std::vector<LifeCall> calls;
  std::vector<Interval> intervals;  // by call, tightened by what was seen
  std::vector<std::uint8_t> in;     // by call: 0 for those left out
  std::vector<LifeTouch> touches;
  std::vector<Observation> observations;
  std::vector<Edge> edges;
  std::vector<std::uint32_t> initial;  // by key: kAbsentState or kInitialState

 private:
  void AddWrites();
  void AddWrite(const Write& write);
  std::uint32_t AddCall(LifeCall::Kind kind, std::uint32_t source, Interval interval);
  Verdict AddReads();
  Verdict AddSnapshot(std::uint32_t snapshot);
  Verdict Observe(std::uint32_t read_index, KeyId key, const Cell& cell, Observation* observation);
  Verdict JudgeValue(const Read& read, KeyId key, const Cell& cell) const;
  bool Returned(const Read& read) const;
  bool Failed(const Write& write) const;
  std::uint32_t TouchOf(WriteId write, std::uint32_t entry) const;
  void Tighten();
  struct KeyWrite {
    std::uint32_t call = 0;
    bool deletion = false;
    Time invoked = 0;
    Time latest_max = 0;  // of this one and all before it
  };
  // The writes of a key that are called no later than `to`, from the first that may still have to
  // take effect at `from`.
  std::span<const KeyWrite> WritesBetween(KeyId key, Time from, Time to) const;
  void ListByKey();
  bool ConstrainSeen(std::uint32_t reader, std::uint32_t observation, std::uint32_t writer);
  bool ConstrainInitial(std::uint32_t reader, std::uint32_t observation);
  bool ConstrainAbsent(std::uint32_t reader, std::uint32_t observation);

  const History& history_;
  const std::uint32_t life_;
  const Batches batches_;
  WriteId first_write_ = 0;
  std::vector<std::uint32_t> touches_begin_;  // by write - first_write_; one more at the end
  std::vector<WriteId> touched_by_;           // by key: the last write laid out + 1
  std::vector<KeyWrite> key_writes_;          // of the calls that are in, by key and invocation
  std::vector<std::uint32_t> key_begin_;      // by key, into key_writes_; one more at the end
  Contradiction contradiction_;
};

}  // namespace harrow::models

#endif  // HARROW_MODELS_LIFE_PROBLEM_H_
