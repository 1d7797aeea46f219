// Orders of intervals under extra edges, and the circles that make them impossible.

#include "models/interval_order.h"

#include <gtest/gtest.h>

#include <vector>

namespace harrow::models {
namespace {

bool Exists(const std::vector<Interval>& calls, const std::vector<Edge>& edges) {
  IntervalOrder order;
  return order.Exists(calls, std::vector<std::uint8_t>(calls.size(), 1), edges);
}

TEST(IntervalOrderTest, RealTimeAloneIsNeverACircle) {
  EXPECT_TRUE(Exists({}, {}));
  EXPECT_TRUE(Exists({{1, 10}, {2, 3}, {5, 6}, {7, kNever}}, {}));
}

TEST(IntervalOrderTest, AnEdgeMayNotGoAgainstRealTime) {
  EXPECT_TRUE(Exists({{1, 2}, {3, 4}}, {{0, 1}}));
  EXPECT_FALSE(Exists({{1, 2}, {3, 4}}, {{1, 0}}));
  // 2 waits for 0 alone, but may come first only when 1 has ended.
  EXPECT_FALSE(Exists({{1, 10}, {2, 3}, {5, 6}}, {{0, 2}, {2, 1}}));
  EXPECT_FALSE(Exists({{1, 10}, {2, 3}, {5, 6}}, {{2, 0}, {0, 1}}));
  EXPECT_TRUE(Exists({{1, 10}, {2, 3}, {5, 6}}, {{2, 0}}));
}

TEST(IntervalOrderTest, ACircleIsReportedInOrder) {
  const std::vector<Interval> calls = {{1, 9}, {2, 9}, {3, 9}, {4, 9}};
  const std::vector<Edge> edges = {{3, 0}, {0, 1}, {1, 2}, {2, 0}};
  IntervalOrder order;
  ASSERT_FALSE(order.Exists(calls, std::vector<std::uint8_t>{1, 1, 1, 1}, edges));
  ASSERT_EQ(order.cycle().size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(order.cycle()[(i + 1) % 3], (order.cycle()[i] + 1) % 3);
  }
}

TEST(IntervalOrderTest, CallsLeftOutDoNotCount) {
  const std::vector<Interval> calls = {{1, 2}, {3, 4}, {5, 6}};
  IntervalOrder order;
  EXPECT_TRUE(order.Exists(calls, std::vector<std::uint8_t>{1, 0, 1}, std::vector<Edge>{{0, 2}}));
  EXPECT_FALSE(order.Exists(calls, std::vector<std::uint8_t>{1, 0, 1}, std::vector<Edge>{{2, 0}}));
}

}  // namespace
}  // namespace harrow::models
