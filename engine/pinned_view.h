// A view that a reader holds on to. When the reader lets go of one that is no longer what reads see, nobody may need some
// tables any more, and there may be no compaction to come that would remove them: so the database is told.
//
// Threading: one thread.
// Letting go of a view that is no longer the current one takes the database's lock.
// Why none is forgotten: the database makes a new view the current one before it looks whether anybody holds the tables of the
// one before, and a reader lets go of its view before it looks which one is current. Whichever looks last sees what the other did.
// Not guaranteed: that on processors on which a load may pass the processor's own earlier store (not x86). There both may miss,
// and the table stays until the next compaction, as it would without this.
#ifndef HARROW_ENGINE_PINNED_VIEW_H_
#define HARROW_ENGINE_PINNED_VIEW_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "engine/db_state.h"

namespace harrow::engine {

class ViewKeeper {
 public:
  virtual ~ViewKeeper() = default;
  // A reader has let go of the view of this number. The reader's thread, without a lock.
  virtual void Released(std::uint64_t view_number) = 0;
};

class PinnedView {
 public:
  // `keeper` outlives it; nullptr: nobody is told.
  PinnedView(std::shared_ptr<const ReadView> view, ViewKeeper* keeper)
      : view_(std::move(view)), keeper_(keeper) {}
  PinnedView(PinnedView&&) = default;
  PinnedView& operator=(PinnedView&&) = delete;
  ~PinnedView() {
    if (view_ == nullptr) return;
    const std::uint64_t number = view_->number;
    view_.reset();
    if (keeper_ != nullptr) keeper_->Released(number);
  }

  const ReadView* operator->() const { return view_.get(); }

 private:
  std::shared_ptr<const ReadView> view_;  // nullptr: moved from
  ViewKeeper* const keeper_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_PINNED_VIEW_H_
