// A fiber: a stack of its own and the place where it was left; switching costs about 5 ns.
//
// Threading: one OS thread switches fibers. Invariants:
//  1. errno and the exception globals (__cxa_get_globals) belong to the fiber: a switch saves and
//     restores them.
//  2. Stacks are mapped once, with a guard page below, and reused: a run maps none after warm-up.
//  3. The stack of an abandoned fiber is kept and never reused under a sanitizer, since the
//     sanitizer's picture of it is still that of the middle of a call.
// Not kept: the sticky floating-point exception flags, cleared at every switch (a switch between
// two sides whose MXCSR differ costs 57 ns instead of 4).
// Source: Boost.Context's fcontext; SCHEDULING.md for the MXCSR trap.
#ifndef HARROW_SIM_KERNEL_FIBER_H_
#define HARROW_SIM_KERNEL_FIBER_H_

#include <cstddef>

namespace harrow::kernel {

inline constexpr std::size_t kStackBytes = 256 * 1024;

struct Stack;

struct Fiber {
  void* context = nullptr;  // where it was left; nullptr while it runs
  Stack* stack = nullptr;
  bool host = false;             // the OS thread's own stack
  void* fake_stack = nullptr;    // AddressSanitizer's
  const void* bottom = nullptr;  // of the stack; the host's is learnt at the first switch from it
  std::size_t size = 0;
  void* thread = nullptr;  // ThreadSanitizer's picture of it
};

// Prepares `fiber` to run `entry` on a pooled stack at the first switch to it. `entry` must begin
// with EnterFiber() and never return.
void MakeFiber(Fiber& fiber, void (*entry)());
// Leaves `from` and goes on in `to`; returns when something switches back to `from`.
void SwitchFiber(Fiber& from, Fiber& to);
// Leaves `from` for ever. A fiber that `ended` at its outermost frame gives its stack back before it
// calls this, by ReleaseStack.
[[noreturn]] void LeaveFiber(Fiber& from, Fiber& to);
// To the pool. The stack of the running fiber may be released: it stays intact until the next
// MakeFiber.
void ReleaseStack(Fiber& fiber);
// Gives up a fiber left in the middle: back to the pool where no sanitizer looks on.
void AbandonStack(Fiber& fiber);
// Names the running OS thread's own context; before any switch.
void InitHostFiber(Fiber& fiber);

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_FIBER_H_
