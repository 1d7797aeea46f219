// Walks the batches in log order with the largest number in use so far. A batch of count 0 takes no
// number, but still must not name one that is in use.

#include "models/sequence_checker.h"

#include <algorithm>
#include <string>

namespace harrow::models {
namespace {

// Sequence numbers share 64 bits with an 8-bit tag in internal keys.
constexpr std::uint64_t kSequenceMax = (std::uint64_t{1} << 56) - 1;

std::string BatchText(const LogBatch& batch) {
  std::string text = "a batch of log " + std::to_string(batch.log_number) + " with sequence ";
  text += std::to_string(batch.first_sequence);
  if (batch.count > 1) text += " to " + std::to_string(batch.first_sequence + batch.count - 1);
  return text;
}

}  // namespace

Verdict CheckSequence(std::span<const LogBatch> batches, std::uint64_t floor) {
  std::uint64_t used = floor;
  std::string user = "what was written before these logs";
  const LogBatch* previous = nullptr;
  for (const LogBatch& batch : batches) {
    if (batch.first_sequence <= used) {
      return Verdict::Violated(Rule::kSequence,
                               "sequence " + std::to_string(used) + " was in use by " +
                                   (previous == nullptr ? user : BatchText(*previous)) +
                                   ", and later ones are larger",
                               "after it comes " + BatchText(batch));
    }
    if (batch.first_sequence > kSequenceMax || batch.count > kSequenceMax - batch.first_sequence) {
      return Verdict::Violated(Rule::kSequence, "sequence numbers have 56 bits",
                               "log " + std::to_string(batch.log_number) + " holds a batch of " +
                                   std::to_string(batch.count) + " entries from sequence " +
                                   std::to_string(batch.first_sequence));
    }
    if (batch.count == 0) continue;
    used = batch.first_sequence + batch.count - 1;
    previous = &batch;
  }
  return Verdict::Ok();
}

}  // namespace harrow::models
