// A grandparent counts when the keys go past its end while there is an output.
#include "engine/cut_rule.h"

#include "engine/coverage_mark.h"

namespace harrow::engine {

bool CutRule::CutsBefore(std::string_view user_key, std::uint64_t output_size) {
  while (at_ < grandparents_->size() && (*grandparents_)[at_]->largest.user_key() < user_key) {
    if (started_) overlap_ += (*grandparents_)[at_]->file_size;
    ++at_;
  }
  const bool cut =
      started_ && (output_size >= limits_.file_size || overlap_ > limits_.grandparent_overlap);
  if (cut && output_size < limits_.file_size) Reached(Mark::kCutByOverlap);
  started_ = true;
  if (cut) overlap_ = 0;
  return cut;
}

}  // namespace harrow::engine
