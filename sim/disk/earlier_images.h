// Images of the disk as it was at earlier moments, for the profiles in which a power loss may fall
// back to one (LossRule::kInOrder, kEpoch): a sample of bounded size, spread evenly over the moments.
//
// Threading: a value.
// Invariants: the first moment since the last Clear is in it; at most kImagesMax are.
#ifndef HARROW_SIM_DISK_EARLIER_IMAGES_H_
#define HARROW_SIM_DISK_EARLIER_IMAGES_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/disk/image.h"

namespace harrow::disk {

class EarlierImages {
 public:
  static constexpr std::size_t kImagesMax = 16;

  // One more moment; whether its image is wanted, by Add.
  bool Moment() { return moments_++ % stride_ == 0; }
  void Add(Image image) {
    if (images_.size() == kImagesMax) Thin();
    images_.push_back(std::move(image));
  }
  void Clear() {
    images_.clear();
    moments_ = 0;
    stride_ = 1;
  }
  std::size_t size() const { return images_.size(); }
  const Image& At(std::size_t index) const { return images_[index]; }

 private:
  void Thin() {
    for (std::size_t i = 0; 2 * i < images_.size(); ++i) images_[i] = images_[2 * i];
    images_.resize((images_.size() + 1) / 2);
    stride_ *= 2;
  }

  std::vector<Image> images_;  // oldest first
  std::uint64_t moments_ = 0;
  std::uint64_t stride_ = 1;
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_EARLIER_IMAGES_H_
