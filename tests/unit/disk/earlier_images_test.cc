#include "sim/disk/earlier_images.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace harrow::disk {
namespace {

// Each moment's image has a file that says which it is.
void AddMoments(EarlierImages* images, int first, int count) {
  for (int moment = first; moment < first + count; ++moment) {
    if (images->Moment()) images->Add(Image().With("at", std::to_string(moment)));
  }
}

int At(const EarlierImages& images, std::size_t index) {
  return std::stoi(images.At(index).Contents("at"));
}

TEST(EarlierImagesTest, AllAreKeptAsLongAsTheyAreFew) {
  EarlierImages images;
  AddMoments(&images, 0, static_cast<int>(EarlierImages::kImagesMax));
  ASSERT_EQ(images.size(), EarlierImages::kImagesMax);
  for (std::size_t i = 0; i < images.size(); ++i) EXPECT_EQ(At(images, i), static_cast<int>(i));
}

TEST(EarlierImagesTest, AreSpreadEvenlyOverMany) {
  for (const int count : {17, 100, 1000, 12'345}) {
    EarlierImages images;
    AddMoments(&images, 0, count);
    ASSERT_LE(images.size(), EarlierImages::kImagesMax);
    ASSERT_GE(images.size(), EarlierImages::kImagesMax / 2);
    EXPECT_EQ(At(images, 0), 0) << "the first stays";
    const int step = At(images, 1);
    for (std::size_t i = 0; i < images.size(); ++i) {
      EXPECT_EQ(At(images, i), step * static_cast<int>(i)) << count;
    }
    EXPECT_GE(At(images, images.size() - 1), count - step) << "up to the last";
  }
}

TEST(EarlierImagesTest, ClearBeginsAgain) {
  EarlierImages images;
  AddMoments(&images, 0, 100);
  images.Clear();
  EXPECT_EQ(images.size(), 0U);
  AddMoments(&images, 200, 3);
  ASSERT_EQ(images.size(), 3U);
  EXPECT_EQ(At(images, 0), 200);
  EXPECT_EQ(At(images, 2), 202);
}

}  // namespace
}  // namespace harrow::disk
